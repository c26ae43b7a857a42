import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Field } from "@/components/form/field";
import { fieldProblem, FormProblem, unlessShown } from "@/components/form/form-problem";
import { NewPassword } from "@/components/form/new-password";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { mayBePassword } from "@/lib/session/password-rules";
import { setUp } from "../api/sign-in";

interface SetupFormProps {
  readonly token: string;
  onRefused(error: Error): void;
}

const FIELDS = ["username", "password", "display_name", "organization"] as const;

/** The first administrator. */
export function SetupForm({ token, onRefused }: SetupFormProps) {
  const [username, setUsername] = useState("admin");
  const [displayName, setDisplayName] = useState("");
  const [organization, setOrganization] = useState("");
  const [password, setPassword] = useState("");
  const attempt = useMutation({ mutationFn: setUp, onError: onRefused });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    attempt.mutate({
      token,
      username: username.trim(),
      password,
      ...(displayName.trim() ? { display_name: displayName.trim() } : {}),
      ...(organization.trim() ? { organization: organization.trim() } : {}),
    });
  };
  const problem = (field: (typeof FIELDS)[number]) => fieldProblem(attempt.error, field);
  return (
    <form className="grid gap-4" onSubmit={submit} aria-label="Set up Nightjar">
      <FormProblem error={unlessShown(attempt.error, FIELDS)} />
      <Field label="User name" problem={problem("username")}>
        {(described) => (
          <Input
            {...described}
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            maxLength={100}
            value={username}
            onChange={(event) => setUsername(event.target.value)}
          />
        )}
      </Field>
      <NewPassword label="Password" username={username.trim()} value={password} problem={problem("password")} onChange={setPassword} />
      <Field label="Your name (optional)" problem={problem("display_name")}>
        {(described) => (
          <Input {...described} name="name" autoComplete="name" maxLength={100} value={displayName} onChange={(event) => setDisplayName(event.target.value)} />
        )}
      </Field>
      <Field label="Organization (optional)" hint="A house, a shop, a company: what the cameras belong to." problem={problem("organization")}>
        {(described) => (
          <Input
            {...described}
            name="organization"
            autoComplete="organization"
            maxLength={100}
            value={organization}
            onChange={(event) => setOrganization(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" className="mt-1" pending={attempt.isPending} disabled={!username.trim() || !mayBePassword(password, username.trim())}>
        {attempt.isPending ? "Setting up…" : "Create the account"}
      </Button>
    </form>
  );
}
