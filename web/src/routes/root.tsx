import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, type ErrorComponentProps, Link, Outlet } from "@tanstack/react-router";
import { CircleAlert } from "lucide-react";
import { BarPatterns } from "@/components/timeline/bars";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";

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

function NotFound() {
  return (
    <main className="mx-auto max-w-md p-8 pt-[20vh] text-center">
      <h1 className="text-lg font-semibold">There is no such page</h1>
      <p className="mt-1 text-muted-foreground">The address may be mistyped, or the page has moved.</p>
      <Button asChild className="mt-6">
        <Link to="/" search={{}}>
          To the cameras
        </Link>
      </Button>
    </main>
  );
}

function Broken({ error, reset }: ErrorComponentProps) {
  return (
    <main className="mx-auto max-w-xl p-8 pt-[15vh]">
      <Alert variant="destructive">
        <CircleAlert aria-hidden />
        <div>
          <p className="font-medium">The page has run into a defect of its own</p>
          <p className="mt-1 text-muted-foreground">{error instanceof Error ? error.message : String(error)}</p>
          <Button variant="outline" size="sm" className="mt-3" onClick={reset}>
            Show the page again
          </Button>
        </div>
      </Alert>
    </main>
  );
}
