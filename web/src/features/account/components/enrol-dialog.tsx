import { useId, useRef, useState } from "react";
import { CopyButton } from "@/components/copy-button";
import { Field } from "@/components/form/field";
import { FormProblem } from "@/components/form/form-problem";
import { QrCode } from "@/components/qr-code";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogTitle } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import type { TotpEnrolment } from "@/lib/api/types";
import { ApiError } from "@/lib/api/client";

interface EnrolDialogProps {
  readonly enrolment: TotpEnrolment;
  readonly pending: boolean;
  readonly error: Error | null;
  onConfirm(code: string): void;
  onClose(): void;
}

/** The secret for the authenticator app, and a first code as a proof that it works. */
export function EnrolDialog({ enrolment, pending, error, onConfirm, onClose }: EnrolDialogProps) {
  const [code, setCode] = useState("");
  const about = useId();
  const codeInput = useRef<HTMLInputElement>(null);
  const wrong = error instanceof ApiError && error.status < 500;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        aria-describedby={about}
        onOpenAutoFocus={(event) => {
          event.preventDefault();
          codeInput.current?.focus();
        }}
      >
        <DialogTitle className="pr-6">Scan this with your authenticator app</DialogTitle>
        <DialogDescription id={about}>
          Or{" "}
          <a href={enrolment.uri} className="text-primary underline underline-offset-4">
            open it in an app on this device
          </a>
          , or type the key below by hand.
        </DialogDescription>
        <QrCode text={enrolment.uri} label="QR code with the key for your authenticator app" className="mx-auto w-48" />
        <div className="flex flex-wrap items-center justify-between gap-2">
          <code data-testid="totp-secret" className="min-w-0 text-sm break-all select-all">
            {enrolment.secret.replaceAll(/(.{4})(?=.)/g, "$1 ")}
          </code>
          <CopyButton text={enrolment.secret} what="the key" />
        </div>
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            onConfirm(code);
          }}
        >
          <FormProblem error={wrong ? undefined : error} />
          <Field label="Code that the app shows now" problem={wrong ? error.message : undefined}>
            {(described) => (
              <Input
                {...described}
                ref={codeInput}
                name="totp"
                inputMode="numeric"
                autoComplete="one-time-code"
                required
                pattern="[0-9 ]{6,7}"
                title="Six digits"
                value={code}
                onChange={(event) => setCode(event.target.value)}
              />
            )}
          </Field>
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" pending={pending} disabled={code.trim() === ""}>
              Switch it on
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
