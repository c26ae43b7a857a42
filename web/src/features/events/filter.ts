/** What is looked for among events: as it stands in the address, as the server is asked, and as what comes live is judged. */
import type { Millis } from "@/lib/footage/types";
import type { Event, EventListQuery, Severity } from "@/lib/api/types";

export interface EventFilter {
  /** A camera's id. */
  readonly camera?: string;
  readonly type?: string;
  readonly severity?: Severity;
  readonly acknowledged?: boolean;
  /** Days of the browser's zone, `2026-11-20`. */
  readonly from?: string;
  readonly to?: string;
}

export const SEVERITIES: Readonly<Record<Severity, string>> = { info: "Information", warning: "Warning", critical: "Critical" };

export function parseEventFilter({ camera, type, severity, acknowledged, from, to }: Record<string, unknown>): EventFilter {
  return {
    ...(typeof camera === "string" && camera !== "" ? { camera } : {}),
    ...(typeof type === "string" && type !== "" ? { type } : {}),
    ...(typeof severity === "string" && severity in SEVERITIES ? { severity: severity as Severity } : {}),
    ...(typeof acknowledged === "boolean" ? { acknowledged } : {}),
    ...(isDay(from) ? { from } : {}),
    ...(isDay(to) ? { to } : {}),
  };
}

export function queryOf({ camera, type, severity, acknowledged, from, to }: EventFilter): EventListQuery {
  const start = from === undefined ? undefined : dayStart(from);
  const end = to === undefined ? undefined : dayStart(to, 1);
  return {
    ...(camera ? { camera_id: camera } : {}),
    ...(type ? { type } : {}),
    ...(severity ? { severity } : {}),
    ...(acknowledged === undefined ? {} : { acknowledged }),
    ...(start ? { start_date: start.toISOString() } : {}),
    ...(end ? { end_date: end.toISOString() } : {}),
  };
}

/** Whether an event that came live belongs into the list. One that is acknowledged later stays where it is seen. */
export function fits(event: Event, { camera, type, severity, acknowledged, from, to }: EventFilter): boolean {
  const at = Date.parse(event.timestamp);
  const start = from === undefined ? undefined : dayStart(from);
  const end = to === undefined ? undefined : dayStart(to, 1);
  return (
    (camera === undefined || event.camera_id === camera) &&
    (type === undefined || event.event_type === type) &&
    (severity === undefined || event.severity === severity) &&
    (acknowledged === undefined || event.acknowledged === acknowledged) &&
    (start === undefined || at >= start.getTime()) &&
    (end === undefined || at < end.getTime())
  );
}

/** Whether nothing that is looked for can begin any more; `late`: so long after it began it may still be told. */
export function isOver({ to }: EventFilter, now: Millis, late: Millis): boolean {
  const end = to === undefined ? undefined : dayStart(to, 1);
  return end !== undefined && end.getTime() + late <= now;
}

function isDay(value: unknown): value is string {
  return typeof value === "string" && dayStart(value) !== undefined;
}

/** When a day of this browser's zone begins; with `later`, one that many days on. */
function dayStart(day: string, later = 0): Date | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!parts) return undefined;
  const date = new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]) + later);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
