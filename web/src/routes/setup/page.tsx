import { useQuery } from "@tanstack/react-query";
import { Link, Navigate } from "@tanstack/react-router";
import { Link2Off } from "lucide-react";
import { type ReactNode, useState } from "react";
import { BarePage } from "@/components/bare-page";
import { Checking } from "@/components/checking";
import { LoadFailed } from "@/components/states";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { setupQuery } from "@/features/sign-in/api/sign-in";
import { SetupForm } from "@/features/sign-in/components/setup-form";
import { ApiError } from "@/lib/api/client";
import { useSession } from "@/lib/session/use-session";

/** The first start: the link that the server printed makes the first account. */
export function SetupPage({ token }: { readonly token: string | undefined }) {
  const state = useSession();
  const needed = useQuery(setupQuery);
  const [refused, setRefused] = useState(false);
  if (state.kind === "signed-in") return <Navigate to="/" search={{}} replace />;
  if (needed.isError) return <LoadFailed what="The set-up page" error={needed.error} onRetry={() => void needed.refetch()} />;
  if (needed.data === undefined || state.kind === "unknown") return <Checking />;
  if (!needed.data) return <Done />;
  if (token === undefined || refused) return <BadLink kind={token === undefined ? "no-token" : "refused"} />;
  return (
    <BarePage title="Set up Nightjar" about="Make the first account. It is the administrator's: it may do everything, and add the others.">
      <SetupForm token={token} onRefused={(error) => setRefused(isLinkRefused(error))} />
    </BarePage>
  );
}

/** The fields may be wrong; only this means the link. */
function isLinkRefused(error: Error): boolean {
  return error instanceof ApiError && [401, 403, 404, 409, 410].includes(error.status);
}

function Done() {
  return (
    <BarePage title="Nightjar is set up already" about="The link has been used, and works only once. Sign in with the account that was made then.">
      <ToSignIn>Sign in</ToSignIn>
    </BarePage>
  );
}

function BadLink({ kind }: { readonly kind: "no-token" | "refused" }) {
  return (
    <BarePage title="Set up Nightjar">
      <Alert variant="warning" data-testid="bad-link">
        <Link2Off aria-hidden />
        <div className="grid gap-2">
          <p>{kind === "refused" ? "This set-up link is not valid any more, or was not copied whole." : "The set-up link is not whole: its token is missing."}</p>
          <p>
            <code>nightjar</code> prints a new link each time it starts, as long as nobody has an account. Restart it, then open the link from its output.
          </p>
        </div>
      </Alert>
      <ToSignIn>To the sign-in page</ToSignIn>
    </BarePage>
  );
}

function ToSignIn({ children }: { readonly children: ReactNode }) {
  return (
    <Button asChild variant="outline">
      <Link to="/login" search={{}}>
        {children}
      </Link>
    </Button>
  );
}
