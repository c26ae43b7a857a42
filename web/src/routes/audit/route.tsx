import { createRoute } from "@tanstack/react-router";
import { parseAuditFilter } from "@/features/audit/filter";
import { signedInRoute } from "../signed-in";
import { AuditPage } from "./page";

export const auditRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/audit",
  validateSearch: parseAuditFilter,
  component: Page,
});

function Page() {
  return <AuditPage filter={auditRoute.useSearch()} />;
}
