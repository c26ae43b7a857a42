/** What is looked for in the audit trail: as it stands in the address, and as the server is asked. */
import type { AuditQuery } from "@/lib/api/types";

export interface AuditFilter {
  readonly actor?: string;
  readonly action?: string;
  readonly object?: string;
  readonly outcome?: "done" | "refused";
  readonly q?: string;
  /** Days of the browser's zone, `2026-11-20`. */
  readonly from?: string;
  readonly to?: string;
}

const TEXTS = ["actor", "action", "object", "q"] as const;
const DAYS = ["from", "to"] as const;

export function parseAuditFilter(search: Record<string, unknown>): AuditFilter {
  const filter: Record<string, string> = {};
  for (const key of TEXTS) {
    const value = search[key];
    if ((typeof value === "string" && value !== "") || typeof value === "number") filter[key] = String(value);
  }
  for (const key of DAYS) {
    const value = search[key];
    if (typeof value === "string" && dayStart(value) !== undefined) filter[key] = value;
  }
  const { outcome } = search;
  if (outcome === "done" || outcome === "refused") filter["outcome"] = outcome;
  return filter;
}

export function queryOf({ actor, action, object, outcome, q, from, to }: AuditFilter): AuditQuery {
  const start = from === undefined ? undefined : dayStart(from);
  const end = to === undefined ? undefined : dayStart(to, 1);
  return {
    ...(actor ? { actor } : {}),
    ...(action ? { action } : {}),
    ...(object ? { object_id: object } : {}),
    ...(outcome ? { outcome } : {}),
    ...(q ? { q } : {}),
    ...(start ? { start_date: start } : {}),
    ...(end ? { end_date: end } : {}),
  };
}

/** When a day of this browser's zone begins; with `later`, one that many days on. */
function dayStart(day: string, later = 0): string | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!parts) return undefined;
  const date = new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]) + later);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
