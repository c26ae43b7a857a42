import { ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import { Time } from "@/components/time";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import type { AuditEntry } from "@/lib/api/types";
import { cn } from "@/lib/cn";
import { formatFull } from "@/lib/time/format";

const ACTORS: Readonly<Record<AuditEntry["actor"]["kind"], string>> = {
  user: "",
  token: "token ",
  anonymous: "not signed in",
  system: "Nightjar",
};

export function AuditList({ entries }: { readonly entries: readonly AuditEntry[] }) {
  return (
    <Card>
      <ul className="divide-y" aria-label="Audit entries, newest first">
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </ul>
    </Card>
  );
}

function Entry({ entry }: { readonly entry: AuditEntry }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <li data-testid="audit-entry" data-action={entry.action}>
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        className="grid w-full grid-cols-[auto_minmax(0,1fr)_auto] items-center gap-x-3 gap-y-0.5 px-3 py-2.5 text-left outline-none hover:bg-accent/50 focus-visible:ring-2 focus-visible:ring-ring focus-visible:ring-inset sm:grid-cols-[auto_9.5rem_minmax(0,10rem)_minmax(0,1fr)_auto]"
      >
        <ChevronRight className={cn("size-4 text-muted-foreground transition-transform", open && "rotate-90")} aria-hidden />
        <span className="text-muted-foreground max-sm:col-start-2 max-sm:row-start-2 max-sm:text-xs">
          <Time at={entry.at} />
        </span>
        <span className="truncate font-medium max-sm:col-start-2 max-sm:row-start-3 max-sm:text-xs max-sm:font-normal">{actorOf(entry)}</span>
        <span className="truncate max-sm:col-start-2 max-sm:row-start-1">
          <code className="text-[0.8125rem]">{entry.action}</code>
          {entry.object_kind && <span className="text-muted-foreground"> · {entry.object_kind}</span>}
        </span>
        <Badge variant={entry.outcome === "refused" ? "destructive" : "ok"} className="max-sm:col-start-3 max-sm:row-start-1">
          {entry.outcome === "refused" ? "Refused" : "Done"}
        </Badge>
      </button>
      <div id={id} hidden={!open} className="px-3 pb-4 sm:pl-10">
        {open && <Details entry={entry} />}
      </div>
    </li>
  );
}

function actorOf({ actor }: AuditEntry): string {
  if (actor.kind === "system") return ACTORS.system;
  if (actor.kind === "anonymous") return actor.name ? `“${actor.name}” (${ACTORS.anonymous})` : ACTORS.anonymous;
  return ACTORS[actor.kind] + actor.name;
}

function Details({ entry }: { readonly entry: AuditEntry }) {
  const facts = [
    ["Time", formatFull(Date.parse(entry.at))],
    ["Entry", String(entry.seq)],
    [`Id of the ${entry.object_kind || "object"}`, entry.object_id],
    ["Actor's id", entry.actor.id ?? ""],
    ["Address", entry.ip ?? ""],
    ["Request", entry.request_id ?? ""],
  ].filter(([, value]) => value !== "");
  const details = isEmpty(entry.details) ? undefined : JSON.stringify(entry.details, null, 2);
  return (
    <>
      <dl className="grid gap-x-6 gap-y-1.5 text-xs sm:grid-cols-2 lg:grid-cols-3">
        {facts.map(([term, value]) => (
          <div key={term} className="min-w-0">
            <dt className="text-muted-foreground">{term}</dt>
            <dd className="break-all">{value}</dd>
          </div>
        ))}
      </dl>
      {details !== undefined && <pre className="mt-3 overflow-x-auto rounded-md border bg-muted p-3 text-xs">{details}</pre>}
    </>
  );
}

function isEmpty(details: unknown): boolean {
  return details === null || details === undefined || (typeof details === "object" && Object.keys(details).length === 0);
}
