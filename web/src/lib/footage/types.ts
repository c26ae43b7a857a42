/**
 * The words of the page about footage. Times are milliseconds since 1970 in UTC, intervals are
 * half-open: `start` belongs to it, `end` does not.
 */
import type { GapCause } from "./causes";

export type Millis = number;

export interface Interval {
  readonly start: Millis;
  readonly end: Millis;
}

/** Where there is footage. */
export interface Span extends Interval {
  /** Its last segment is still being written: `end` moves. */
  readonly open: boolean;
}

/** Where there is none, and why. */
export interface Gap extends Interval {
  /** It still lasts: `end` is the time of the answer, not the end of the gap. */
  readonly open: boolean;
  readonly cause: GapCause;
  readonly details: string;
}

/** Both, ordered by start and without overlap. */
export interface Footage {
  /** What was asked for: of times outside of it nothing can be said. */
  readonly known: Interval;
  readonly spans: readonly Span[];
  readonly gaps: readonly Gap[];
}

export const NO_FOOTAGE: Footage = { known: { start: 0, end: 0 }, spans: [], gaps: [] };

export function contains(interval: Interval, at: Millis): boolean {
  return interval.start <= at && at < interval.end;
}

export function duration(interval: Interval): Millis {
  return interval.end - interval.start;
}
