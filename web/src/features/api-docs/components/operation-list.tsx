import { Link } from "@tanstack/react-router";
import { cn } from "@/lib/cn";
import { type ApiDocument, found, type Operation } from "../document";

interface OperationListProps {
  readonly document: ApiDocument;
  readonly operations: readonly Operation[];
  readonly query: string;
  readonly selected: string | undefined;
}

/** All operations that fit, by tag. */
export function OperationList({ document, operations, query, selected }: OperationListProps) {
  const groups = found(operations, document, query);
  if (groups.length === 0) return <p className="px-2 py-4 text-muted-foreground">No matching operations.</p>;
  return (
    <nav aria-label="Operations" className="grid grid-cols-[minmax(0,1fr)] gap-4">
      {groups.map(([tag, list]) => (
        <section key={tag} aria-label={tag}>
          <h2 className="px-2 pb-1 text-xs font-semibold text-muted-foreground">{tag}</h2>
          <ul>
            {list.map((one) => (
              <li key={one.id}>
                <Link
                  to="/api/docs"
                  search={{ op: one.id, ...(query === "" ? {} : { q: query }) }}
                  resetScroll={false}
                  aria-current={one.id === selected ? "page" : undefined}
                  className="flex items-baseline gap-2 rounded-md px-2 py-1 outline-none hover:bg-accent focus-visible:ring-2 focus-visible:ring-ring focus-visible:ring-inset aria-[current=page]:bg-accent touch:min-h-11 touch:items-center"
                >
                  <Method method={one.method} />
                  <span className="min-w-0 truncate">{one.summary}</span>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}

export function Method({ method }: { readonly method: string }) {
  return <code className={cn("w-14 shrink-0 text-[0.6875rem] font-semibold", method === "GET" ? "text-ok" : method === "DELETE" ? "text-destructive" : "text-warning")}>{method}</code>;
}
