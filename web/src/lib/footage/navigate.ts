/** Questions about footage: what is at a time, and what is next to it. */
import { contains, type Footage, type Gap, type Interval, type Millis, type Span } from "./types";

export function spanAt(footage: Footage, at: Millis): Span | undefined {
  return find(footage.spans, at);
}

export function gapAt(footage: Footage, at: Millis): Gap | undefined {
  return find(footage.gaps, at);
}

/** The first gap that starts after `at`. */
export function nextGap(footage: Footage, at: Millis): Gap | undefined {
  return footage.gaps.find((gap) => gap.start > at);
}

/** The last gap that ended at or before `at`. */
export function previousGap(footage: Footage, at: Millis): Gap | undefined {
  return footage.gaps.findLast((gap) => gap.end <= at);
}

/** The last recorded instant. */
export function latestRecorded(footage: Footage): Millis | undefined {
  return footage.spans.at(-1)?.end;
}

/**
 * The gaps, and the holes that the ledger does not explain (there should be none), between two
 * recorded instants: what a player steps over when it goes from `from` to `to`.
 */
export function gapsBetween(footage: Footage, from: Millis, to: Millis): Gap[] {
  return footage.gaps.filter((gap) => gap.start < to && gap.end > from);
}

/** Whether a time is known to lie before the camera was ever to be recorded: nobody is to blame for it. */
export function isBeforeFirst({ known, spans, gaps }: Footage, at: Millis): boolean {
  const first = Math.min(spans[0]?.start ?? Number.POSITIVE_INFINITY, gaps[0]?.start ?? Number.POSITIVE_INFINITY);
  return contains(known, at) && at < first;
}

/** What comes after the last answer is not known yet, for so long at most. */
const ANSWER_AGE: Millis = 60_000;

/** Whether all of the window is known, up to now. */
export function covers({ known }: Footage, window: Interval, now: Millis): boolean {
  return known.start <= window.start && known.end >= Math.min(window.end, now - ANSWER_AGE);
}

/** The part of the footage that lies in the window. */
export function clip(footage: Footage, window: Interval): Footage {
  return { known: footage.known, spans: clipAll(footage.spans, window), gaps: clipAll(footage.gaps, window) };
}

function clipAll<T extends Interval>(intervals: readonly T[], window: Interval): T[] {
  return intervals
    .filter((interval) => interval.end > window.start && interval.start < window.end)
    .map((interval) => ({
      ...interval,
      start: Math.max(interval.start, window.start),
      end: Math.min(interval.end, window.end),
    }));
}

/** Binary search: the intervals are ordered and do not overlap. */
function find<T extends Interval>(intervals: readonly T[], at: Millis): T | undefined {
  let low = 0;
  let high = intervals.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const interval = intervals[middle];
    if (!interval) return undefined;
    if (contains(interval, at)) return interval;
    if (interval.start > at) high = middle;
    else low = middle + 1;
  }
  return undefined;
}
