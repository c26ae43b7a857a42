import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Field } from "@/components/form/field";
import { fieldProblem, FormProblem, unlessShown } from "@/components/form/form-problem";
import { KeepApiTokens } from "@/components/form/keep-api-tokens";
import { NewPassword } from "@/components/form/new-password";
import { PasswordInput } from "@/components/form/password-input";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ApiError } from "@/lib/api/client";
import { mayBePassword } from "@/lib/session/password-rules";
import { changePassword, sessionsQuery } from "../api/account";

export function PasswordCard({ username }: { readonly username: string }) {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [keepApiTokens, setKeepApiTokens] = useState(false);
  const queryClient = useQueryClient();
  const change = useMutation({
    mutationFn: changePassword,
    onSuccess() {
      setCurrent("");
      setNext("");
      void queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey });
    },
  });
  const wrong = change.error instanceof ApiError && change.error.code === "AUTH_CREDENTIALS_INVALID";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ current, next, keepApiTokens });
  };
  return (
    <Card className="p-5" aria-labelledby="password-title">
      <h2 id="password-title" className="font-semibold">
        Password
      </h2>
      <p className="mt-1 text-muted-foreground">A new one ends all your other sign-ins, and your API tokens unless you keep them.</p>
      <form className="mt-4 grid max-w-sm gap-4" onSubmit={submit} aria-labelledby="password-title">
        <FormProblem error={wrong ? undefined : unlessShown(change.error, ["new_password", "current_password"])} />
        <input type="hidden" name="username" autoComplete="username" value={username} readOnly />
        <Field label="Current password" problem={wrong ? "This is not your password." : fieldProblem(change.error, "current_password")}>
          {(described) => (
            <PasswordInput {...described} name="current-password" autoComplete="current-password" required value={current} onChange={(event) => setCurrent(event.target.value)} />
          )}
        </Field>
        <NewPassword label="New password" username={username} value={next} problem={fieldProblem(change.error, "new_password")} onChange={setNext} />
        <KeepApiTokens checked={keepApiTokens} onChange={setKeepApiTokens} />
        <div className="flex flex-wrap items-center gap-3">
          <Button type="submit" pending={change.isPending} disabled={current === "" || !mayBePassword(next, username)}>
            Change the password
          </Button>
          <p role="status" className="text-sm text-ok">
            {change.isSuccess && "It is changed."}
          </p>
        </div>
      </form>
    </Card>
  );
}
