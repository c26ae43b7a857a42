import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../root";

interface ApiDocsSearch {
  readonly op?: string;
  readonly q?: string;
}

/** For everybody: what can be done over the API is no secret. Its code is loaded when it is opened. */
export const apiDocsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/api/docs",
  validateSearch: ({ op, q }: Record<string, unknown>): ApiDocsSearch => ({ ...(typeof op === "string" ? { op } : {}), ...(typeof q === "string" || typeof q === "number" ? { q: String(q) } : {}) }),
  component: lazyRouteComponent(() => import("./view"), "View"),
});
