import { useNavigate } from "@tanstack/react-router";
import { DelayedInput } from "@/components/form/delayed-input";
import { Button } from "@/components/ui/button";
import { NativeSelect } from "@/components/ui/native-select";
import type { Role } from "@/lib/api/types";
import { ROLES } from "@/lib/session/permissions";
import type { UsersSearch } from "./search";

/** What is looked for stands in the address, so that it can be sent to somebody. */
export function UserFilters({ search }: { readonly search: UsersSearch }) {
  const navigate = useNavigate();
  const { q, role, active } = search;
  const go = (next: { q?: string | undefined; role?: Role | undefined; active?: boolean | undefined }) => {
    const kept = Object.fromEntries(Object.entries({ q, role, active, ...next }).filter(([, value]) => value !== undefined && value !== ""));
    void navigate({ to: "/users", search: kept as UsersSearch, replace: true });
  };
  return (
    <search className="grid grid-cols-2 gap-3 sm:grid-cols-[minmax(0,1fr)_auto_auto]">
      <DelayedInput className="max-sm:col-span-2" type="search" aria-label="Look for an account" placeholder="Name, user name or e-mail" value={q ?? ""} onValue={(value) => go({ q: value })} />
      <NativeSelect aria-label="Role" value={role ?? ""} onChange={(event) => go({ role: (event.target.value as Role) || undefined })}>
        <option value="">All roles</option>
        {Object.entries(ROLES).map(([value, { name }]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </NativeSelect>
      <NativeSelect
        aria-label="State"
        value={active === undefined ? "" : String(active)}
        onChange={(event) => go({ active: event.target.value === "" ? undefined : event.target.value === "true" })}
      >
        <option value="">Active and not</option>
        <option value="true">Active</option>
        <option value="false">Deactivated</option>
      </NativeSelect>
    </search>
  );
}

interface UserPagesProps {
  readonly search: UsersSearch;
  readonly pages: number;
  readonly total: number;
}

export function UserPages({ search, pages, total }: UserPagesProps) {
  const navigate = useNavigate();
  const page = search.page ?? 1;
  if (pages <= 1) return null;
  const go = (to: number) => {
    const { page: _, ...rest } = search;
    void navigate({ to: "/users", search: to > 1 ? { ...rest, page: to } : rest });
  };
  return (
    <nav aria-label="Pages of the list" className="flex items-center justify-between gap-3">
      <p className="text-sm text-muted-foreground">
        Page {page} of {pages}, {total} accounts
      </p>
      <div className="flex gap-2">
        <Button variant="outline" size="sm" disabled={page <= 1} onClick={() => go(page - 1)}>
          Back
        </Button>
        <Button variant="outline" size="sm" disabled={page >= pages} onClick={() => go(page + 1)}>
          Next
        </Button>
      </div>
    </nav>
  );
}
