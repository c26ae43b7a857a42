import { createRoute } from "@tanstack/react-router";
import { safeNext } from "@/lib/session/next";
import { rootRoute } from "../root";
import { LoginPage } from "./page";

export const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/login",
  validateSearch: (search: Record<string, unknown>): { next?: string } => {
    const next = safeNext(search["next"]);
    return next === "/" ? {} : { next };
  },
  component: Page,
});

function Page() {
  return <LoginPage next={loginRoute.useSearch().next ?? "/"} />;
}
