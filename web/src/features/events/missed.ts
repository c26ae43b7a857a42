/** From where on events are asked for again after a break. */
import type { Event } from "@/lib/api/types";
import type { Millis } from "@/lib/footage/types";

/** An event has an id of when it began, and is told up to so much later: a camera is given time to come back first. */
export const LATE: Millis = 10 * 60_000;

/** What was heard so far; a value that is replaced, never changed. */
export interface Heard {
  /** Everything that began before has been told. */
  readonly until: Millis;
  /** The highest id that came, whether anybody looks for it or not. */
  readonly highest: string;
}

/** A list was read at `at`, by the server's clock. */
export function heardByList(at: Millis): Heard {
  return { until: at - LATE, highest: "" };
}

/** What is sent again comes oldest first: it says no more than how far that has come. */
export function heard(before: Heard, event: Event, now: Millis): Heard {
  return {
    until: Math.max(before.until, Math.min(now - LATE, Date.parse(event.timestamp))),
    highest: event.id > before.highest ? event.id : before.highest,
  };
}

/** For `resume` after a break: an id that no event has, below those of all that may have been missed. */
export function resumeAfterBreak({ until }: Heard): string {
  return idAt(until);
}

/** For `resume` on a connection that was too slow: behind all that came, or the same would come again and again. */
export function resumeAfterLag({ until, highest }: Heard): string {
  const id = idAt(until);
  return highest > id ? highest : id;
}

/** The lowest UUIDv7 of a moment (RFC 9562 §5.7); the server compares, and does not look it up. */
function idAt(at: Millis): string {
  const time = Math.floor(at).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}
