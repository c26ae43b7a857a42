import { useMutation } from "@tanstack/react-query";
import { ShieldAlert, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import type { TotpEnrolment } from "@/lib/api/types";
import { reloadMe } from "@/lib/session/sign-out";
import { confirmTotp, disableTotp, enrolTotp } from "../api/account";
import { EnrolDialog } from "./enrol-dialog";
import { PasswordDialog } from "./password-dialog";
import { RecoveryCodesDialog } from "./recovery-codes-dialog";

type Step =
  | { readonly kind: "none" | "ask-password" | "disable" }
  | { readonly kind: "scan"; readonly enrolment: TotpEnrolment }
  | { readonly kind: "codes"; readonly codes: readonly string[] };

const NONE: Step = { kind: "none" };

/** The second factor: a code that changes every half minute. */
export function TotpCard({ enabled, username }: { readonly enabled: boolean; readonly username: string }) {
  const [step, setStep] = useState<Step>(NONE);
  const enrol = useMutation({ mutationFn: enrolTotp, onSuccess: (enrolment) => setStep({ kind: "scan", enrolment }) });
  const confirm = useMutation({ mutationFn: confirmTotp, onSuccess: (codes) => setStep({ kind: "codes", codes }) });
  const disable = useMutation({ mutationFn: disableTotp, onSuccess: () => setStep(NONE) });
  const open = (kind: "ask-password" | "disable") => {
    for (const mutation of [enrol, confirm, disable]) mutation.reset();
    setStep({ kind });
  };
  const Icon = enabled ? ShieldCheck : ShieldAlert;
  return (
    <Card className="p-5" aria-labelledby="totp-title">
      <h2 id="totp-title" className="flex items-center gap-2 font-semibold">
        <Icon className={enabled ? "size-4 text-ok" : "size-4 text-muted-foreground"} aria-hidden />
        Second factor: {enabled ? "on" : "off"}
      </h2>
      <p className="mt-1 text-muted-foreground">
        {enabled
          ? "Signing in takes a code from your authenticator app, or one of your recovery codes."
          : "With an authenticator app on your phone, a stolen password alone lets nobody in."}
      </p>
      <Button variant={enabled ? "outline" : "default"} className="mt-4" onClick={() => open(enabled ? "disable" : "ask-password")}>
        {enabled ? "Switch off…" : "Set up…"}
      </Button>
      {step.kind === "ask-password" && (
        <PasswordDialog title="Set up a second factor" action="Go on" pending={enrol.isPending} error={enrol.error} onSubmit={enrol.mutate} onClose={() => setStep(NONE)}>
          Have your phone ready, with an authenticator app on it.
        </PasswordDialog>
      )}
      {step.kind === "scan" && (
        <EnrolDialog enrolment={step.enrolment} pending={confirm.isPending} error={confirm.error} onConfirm={confirm.mutate} onClose={() => setStep(NONE)} />
      )}
      {step.kind === "codes" && (
        <RecoveryCodesDialog
          codes={step.codes}
          username={username}
          onClose={() => {
            setStep(NONE);
            void reloadMe().catch(() => {});
          }}
        />
      )}
      {step.kind === "disable" && (
        <PasswordDialog
          title="Switch the second factor off?"
          action="Switch it off"
          destructive
          pending={disable.isPending}
          error={disable.error}
          onSubmit={disable.mutate}
          onClose={() => setStep(NONE)}
        >
          Then your password alone is enough to sign in. The recovery codes stop working, too.
        </PasswordDialog>
      )}
    </Card>
  );
}
