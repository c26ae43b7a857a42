import { useMutation } from "@tanstack/react-query";
import { CircleAlert, LogIn } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import { Field } from "@/components/form/field";
import { PasswordInput } from "@/components/form/password-input";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import type { Millis } from "@/lib/footage/types";
import { now, useNow } from "@/lib/time/clock";
import { signIn } from "../api/sign-in";
import { outcomeOf, type Problem, type Step } from "../problem";

/** User name and password, and if the account wants it, a code. */
export function SignInForm() {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [step, setStep] = useState<Step>("password");
  const [problem, setProblem] = useState<Problem>();
  const passwordInput = useRef<HTMLInputElement>(null);
  const wait = useSecondsUntil(problem?.kind === "wait" ? problem.until : undefined);
  const attempt = useMutation({
    mutationFn: signIn,
    onMutate: () => setProblem(undefined),
    onError(error) {
      const outcome = outcomeOf(error, step, now());
      setStep(outcome.next);
      setProblem(outcome.problem);
      if (outcome.problem?.kind === "wrong-password") passwordInput.current?.select();
      if (outcome.problem?.kind === "wrong-code") setCode("");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!attempt.isPending && wait === 0) attempt.mutate({ username, password, code: step === "code" ? code : undefined });
  };
  const back = () => {
    setStep("password");
    setProblem(undefined);
    setCode("");
  };
  return (
    <form className="grid gap-4" onSubmit={submit} aria-label="Sign in">
      {problem && (problem.kind !== "wait" || wait > 0) && <ProblemNotice problem={problem} />}
      {step === "password" ? (
        <>
          <Field label="User name">
            {(described) => (
              <Input
                {...described}
                ref={focusFirst}
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
          <Field label="Password">
            {(described) => (
              <PasswordInput
                {...described}
                ref={passwordInput}
                name="password"
                autoComplete="current-password"
                required
                value={password}
                onChange={(event) => setPassword(event.target.value)}
              />
            )}
          </Field>
        </>
      ) : (
        <CodeField username={username} code={code} onCode={setCode} />
      )}
      <Button type="submit" className="mt-1 tabular-nums" pending={attempt.isPending} disabled={wait > 0}>
        <LogIn aria-hidden /> {wait > 0 ? `Try again in ${wait} s` : attempt.isPending ? "Signing in…" : "Sign in"}
      </Button>
      {step === "code" && (
        <Button variant="ghost" size="sm" onClick={back}>
          Back to user name and password
        </Button>
      )}
    </form>
  );
}

interface CodeFieldProps {
  readonly username: string;
  readonly code: string;
  onCode(code: string): void;
}

function CodeField({ username, code, onCode }: CodeFieldProps) {
  return (
    <>
      {/* For password managers, which keep codes by user name. */}
      <input type="hidden" name="username" autoComplete="username" value={username} readOnly />
      <Field label="Code" hint="Six digits from your authenticator app, or one of your recovery codes.">
        {(described) => (
          <Input
            {...described}
            ref={focusFirst}
            name="totp"
            autoComplete="one-time-code"
            autoCapitalize="none"
            spellCheck={false}
            required
            value={code}
            onChange={(event) => onCode(event.target.value)}
          />
        )}
      </Field>
    </>
  );
}

function ProblemNotice({ problem }: { readonly problem: Problem }) {
  return (
    <Alert variant={problem.kind === "wait" || problem.kind === "unreachable" ? "warning" : "destructive"} data-testid="problem" data-problem={problem.kind}>
      <CircleAlert aria-hidden />
      <p>{textOf(problem)}</p>
    </Alert>
  );
}

function textOf(problem: Problem): string {
  switch (problem.kind) {
    case "wrong-password":
      return "The user name or the password is wrong.";
    case "wrong-code":
      return "The code is wrong, or it has been used. Wait for the next one.";
    case "api-only":
      return "This account is for programs only: it works by API tokens and can't sign in here.";
    case "unreachable":
      return "The server does not answer. Check the network, then try again.";
    case "wait":
      return "There were too many tries. Wait a little before the next one.";
    case "other":
      return problem.error.message;
  }
}

function useSecondsUntil(until: Millis | undefined): number {
  const current = useNow();
  return until === undefined ? 0 : Math.max(0, Math.ceil((until - current) / 1000));
}

/** Stays the same function, so that it is called once an element. */
function focusFirst(element: HTMLElement | null): void {
  element?.focus();
}
