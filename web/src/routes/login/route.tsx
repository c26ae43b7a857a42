import { createRoute } from "@tanstack/react-router";
import { type ProviderProblem, providerProblem } from "@/features/sign-in/provider-problem";
import { safeNext } from "@/lib/session/next";
import { rootRoute } from "../root";
import { LoginPage } from "./page";

export const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/login",
  validateSearch: (search: Record<string, unknown>): { next?: string; error?: ProviderProblem } => {
    const next = safeNext(search["next"]);
    const error = providerProblem(search["error"]);
    return { ...(next === "/" ? {} : { next }), ...(error ? { error } : {}) };
  },
  component: Page,
});

function Page() {
  const { next = "/", error } = loginRoute.useSearch();
  return <LoginPage next={next} error={error} />;
}
