import { type ReactNode, useId, useState } from "react";
import { Field } from "@/components/form/field";
import { FormProblem } from "@/components/form/form-problem";
import { PasswordInput } from "@/components/form/password-input";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogTitle } from "@/components/ui/dialog";
import { ApiError } from "@/lib/api/client";

interface PasswordDialogProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly action: string;
  readonly destructive?: boolean;
  readonly pending: boolean;
  readonly error: Error | null;
  onSubmit(password: string): void;
  onClose(): void;
}

/** Asks for the password again, before something that somebody at an open screen must not do. */
export function PasswordDialog({ title, children, action, destructive = false, pending, error, onSubmit, onClose }: PasswordDialogProps) {
  const [password, setPassword] = useState("");
  const about = useId();
  const wrong = error instanceof ApiError && error.code === "AUTH_CREDENTIALS_INVALID";
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent aria-describedby={about}>
        <DialogTitle className="pr-6">{title}</DialogTitle>
        <DialogDescription id={about}>{children}</DialogDescription>
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            onSubmit(password);
          }}
        >
          <FormProblem error={wrong ? undefined : error} />
          <Field label="Your password" problem={wrong ? "This is not your password." : undefined}>
            {(described) => (
              <PasswordInput {...described} name="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.target.value)} />
            )}
          </Field>
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" variant={destructive ? "destructive" : "default"} pending={pending} disabled={password === ""}>
              {action}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
