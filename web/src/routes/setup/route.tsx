import { createRoute } from "@tanstack/react-router";
import { rootRoute } from "../root";
import { SetupPage } from "./page";

export const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/setup",
  // A token of digits alone would be read as a number.
  validateSearch: (search: Record<string, unknown>): { token?: string } =>
    typeof search["token"] === "string" || typeof search["token"] === "number" ? { token: String(search["token"]) } : {},
  component: Page,
});

function Page() {
  return <SetupPage token={setupRoute.useSearch().token} />;
}
