import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { FormProblem } from "@/components/form/form-problem";
import { Page } from "@/components/page";
import { Empty, LoadFailed, LoadingRows } from "@/components/states";
import { Button } from "@/components/ui/button";
import { auditQuery } from "@/features/audit/api/audit";
import { AuditFilters } from "@/features/audit/components/audit-filters";
import { AuditList } from "@/features/audit/components/audit-list";
import type { AuditFilter } from "@/features/audit/filter";
import { everybodyQuery } from "@/features/users/api/users";
import { can, nameOf } from "@/lib/session/permissions";
import { useMe } from "@/lib/session/use-session";

/** Who did what to which object, newest first. */
export function AuditPage({ filter }: { readonly filter: AuditFilter }) {
  const navigate = useNavigate();
  const people = usePeople();
  return (
    <Page title="Audit" about="Who did what, and what was refused. Entries can't be changed." permission="audit:read">
      <AuditFilters filter={filter} people={people} onFilter={(next) => void navigate({ to: "/audit", search: next, replace: true })} />
      <Entries filter={filter} />
    </Page>
  );
}

/** The accounts by name, for those who may list them. */
function usePeople() {
  const users = useQuery({ ...everybodyQuery, enabled: can(useMe(), "user:admin") });
  return users.data?.map((user) => ({ id: user.id, name: nameOf(user) }));
}

function Entries({ filter }: { readonly filter: AuditFilter }) {
  const audit = useInfiniteQuery(auditQuery(filter));
  if (!audit.data) {
    return audit.isError ? <LoadFailed what="The audit trail" error={audit.error} onRetry={() => void audit.refetch()} /> : <LoadingRows what="the audit trail" />;
  }
  const entries = audit.data.pages.flatMap((page) => page.items);
  if (entries.length === 0) return <Empty title="Nothing fits">Take a filter away.</Empty>;
  return (
    <>
      <AuditList entries={entries} />
      <FormProblem error={audit.error} />
      {audit.hasNextPage ? (
        <Button variant="outline" className="mx-auto" pending={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
          {audit.isFetchingNextPage ? "Loading…" : "Load more"}
        </Button>
      ) : (
        <p className="text-center text-xs text-muted-foreground">That is all.</p>
      )}
    </>
  );
}
