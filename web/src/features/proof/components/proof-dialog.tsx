import { useMutation, useQuery } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";
import { type FormEvent, useId, useState, useSyncExternalStore } from "react";
import { Field } from "@/components/form/field";
import { FormProblem } from "@/components/form/form-problem";
import { PasswordInput } from "@/components/form/password-input";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogTitle } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { ApiError } from "@/lib/api/client";
import type { Me } from "@/lib/api/types";
import { proofRequests } from "@/lib/session/proof";
import { prove, proofAt, providersQuery } from "../api/proof";

/** Asks for the password when a request waits for a fresh proof; the request is then repeated. */
export function ProofDialog({ me }: { readonly me: Me }) {
  const isAsking = useSyncExternalStore(proofRequests.subscribe, proofRequests.isAsking);
  const about = useId();
  if (!isAsking) return null;
  return (
    <Dialog open onOpenChange={(open) => !open && proofRequests.answer(false)}>
      <DialogContent aria-describedby={about}>
        <DialogTitle className="pr-6">Confirm that it is you</DialogTitle>
        <DialogDescription id={about}>
          Changes to accounts and API tokens need a confirmation from the last 10 minutes, so that nobody else can make them at an open screen.
        </DialogDescription>
        {me.has_password || me.totp ? <ProofForm me={me} /> : <AtProvider />}
      </DialogContent>
    </Dialog>
  );
}

type Means = "password" | "code";

function ProofForm({ me }: { readonly me: Me }) {
  const [means, setMeans] = useState<Means>(me.has_password ? "password" : "code");
  const [text, setText] = useState("");
  const proof = useMutation({ mutationFn: prove, onSuccess: () => proofRequests.answer(true) });
  const wrong = proof.error instanceof ApiError && proof.error.code === "AUTH_CREDENTIALS_INVALID";
  const submit = (event: FormEvent) => {
    // The dialog may stand in the middle of another form.
    event.preventDefault();
    event.stopPropagation();
    proof.mutate(means === "password" ? { password: text } : { code: text });
  };
  const use = (other: Means) => {
    setMeans(other);
    setText("");
    proof.reset();
  };
  return (
    <form className="grid gap-4" onSubmit={submit}>
      <FormProblem error={wrong ? undefined : proof.error} />
      {means === "password" ? (
        <Field label="Your password" problem={wrong ? "This is not your password." : undefined}>
          {(described) => (
            <PasswordInput {...described} name="password" autoComplete="current-password" required value={text} onChange={(event) => setText(event.target.value)} />
          )}
        </Field>
      ) : (
        <Field label="Code" hint="Of your authenticator app, or a recovery code." problem={wrong ? "The code is wrong, or was used already." : undefined}>
          {(described) => (
            <Input {...described} name="code" autoComplete="one-time-code" spellCheck={false} required value={text} onChange={(event) => setText(event.target.value)} />
          )}
        </Field>
      )}
      {me.has_password && me.totp && (
        <Button variant="ghost" size="sm" className="w-fit" onClick={() => use(means === "password" ? "code" : "password")}>
          {means === "password" ? "Use a code instead" : "Use the password instead"}
        </Button>
      )}
      <DialogFooter>
        <Button variant="outline" onClick={() => proofRequests.answer(false)}>
          Cancel
        </Button>
        <Button type="submit" pending={proof.isPending} disabled={text.trim() === ""}>
          Confirm
        </Button>
      </DialogFooter>
    </form>
  );
}

/** Whoever has neither password nor second factor came from a provider, which asks again. */
function AtProvider() {
  const providers = useQuery(providersQuery).data ?? [];
  const here = window.location.pathname + window.location.search;
  return (
    <div className="grid gap-4">
      <p>Your account has no password here. Sign in again, then repeat what you wanted to do.</p>
      <DialogFooter>
        <Button variant="outline" onClick={() => proofRequests.answer(false)}>
          Cancel
        </Button>
        {providers.map(({ name, label }) => (
          <Button key={name} asChild>
            <a href={proofAt(name, here)}>
              <ExternalLink aria-hidden /> Sign in with {label}
            </a>
          </Button>
        ))}
      </DialogFooter>
    </div>
  );
}
