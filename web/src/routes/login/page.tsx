import { useQuery } from "@tanstack/react-query";
import { Navigate } from "@tanstack/react-router";
import { CircleAlert, KeyRound } from "lucide-react";
import { BarePage } from "@/components/bare-page";
import { Checking } from "@/components/checking";
import { Alert } from "@/components/ui/alert";
import { setupQuery } from "@/features/sign-in/api/sign-in";
import { ProviderButtons } from "@/features/sign-in/components/provider-buttons";
import { SignInForm } from "@/features/sign-in/components/sign-in-form";
import { type ProviderProblem, sentenceOf } from "@/features/sign-in/provider-problem";
import type { SignedOut } from "@/lib/session/session";
import { useSession } from "@/lib/session/use-session";

interface LoginPageProps {
  readonly next: string;
  /** Why somebody came back from a provider without being signed in. */
  readonly error: ProviderProblem | undefined;
}

/** Signs in, here or in another tab, then goes to where somebody wanted to be. */
export function LoginPage({ next, error }: LoginPageProps) {
  const state = useSession();
  if (state.kind === "unknown") return <Checking />;
  if (state.kind === "signed-in") return <Navigate to="/" href={next} replace />;
  return <SignInPage why={state.why} next={next} error={error} />;
}

const ABOUT: Readonly<Record<SignedOut, string | undefined>> = {
  never: undefined,
  asked: "You are signed out.",
  ended: "Your sign-in has ended. Sign in again to go on where you were.",
};

function SignInPage({ why, next, error }: LoginPageProps & { readonly why: SignedOut }) {
  const setupNeeded = useQuery(setupQuery).data === true;
  return (
    <BarePage title="Sign in" about={ABOUT[why]}>
      {setupNeeded && (
        <Alert variant="warning" data-testid="setup-needed">
          <KeyRound aria-hidden />
          <p>
            Nobody has an account yet. Open the set-up link that <code>nightjar</code> printed when it started; it prints a new one at each start.
          </p>
        </Alert>
      )}
      {error && (
        <Alert variant="destructive" data-testid="provider-problem" data-problem={error}>
          <CircleAlert aria-hidden />
          <p>{sentenceOf(error)}</p>
        </Alert>
      )}
      <SignInForm />
      <ProviderButtons next={next} />
    </BarePage>
  );
}
