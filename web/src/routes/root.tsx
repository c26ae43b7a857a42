import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, type ErrorComponentProps, Link, Outlet, useLocation } from "@tanstack/react-router";
import { CircleAlert } from "lucide-react";
import { Logo } from "@/components/logo";
import { PageHeading } from "@/components/page";
import { Shell } from "@/components/shell";
import { BarPatterns } from "@/components/timeline/bars";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { useMe } from "@/lib/session/use-session";

export const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Root,
  notFoundComponent: NotFound,
  errorComponent: Broken,
});

function Root() {
  return (
    <>
      <BarPatterns />
      <Outlet />
    </>
  );
}

/** Inside of the shell for those who are signed in: they have not left. */
function NotFound() {
  const me = useMe();
  return me ? (
    <Shell>
      <NoSuchPage />
    </Shell>
  ) : (
    <NoSuchPage />
  );
}

function NoSuchPage() {
  return (
    <main id="main" tabIndex={-1} className="mx-auto max-w-md p-8 pt-[15vh] text-center outline-none" data-testid="not-found">
      <title>Page not found · Nightjar</title>
      <Logo className="mx-auto h-12 w-16" />
      <PageHeading className="mt-6">Page not found</PageHeading>
      <p className="mt-1 break-words text-muted-foreground">
        There is nothing at <code className="text-foreground">{useLocation({ select: ({ pathname }) => pathname })}</code>. Check the address for a typing error.
      </p>
      <Button asChild className="mt-6">
        <Link to="/" search={{}}>
          Go to the start page
        </Link>
      </Button>
    </main>
  );
}

function Broken({ error, reset }: ErrorComponentProps) {
  return (
    <main id="main" tabIndex={-1} className="mx-auto max-w-xl p-8 pt-[15vh] outline-none">
      <title>Something went wrong · Nightjar</title>
      <Alert variant="destructive">
        <CircleAlert aria-hidden />
        <div>
          <h1 tabIndex={-1} className="font-medium outline-none">
            Something went wrong
          </h1>
          <p className="mt-1 text-muted-foreground">{error instanceof Error ? error.message : String(error)}</p>
          <Button variant="outline" size="sm" className="mt-3" onClick={reset}>
            Show the page again
          </Button>
        </div>
      </Alert>
    </main>
  );
}
