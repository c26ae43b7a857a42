/** The stretch between two marks, for a download. */
import type { Interval, Millis } from "@/lib/footage/types";
import { formatDuration } from "@/lib/time/format";

export type Marks = Partial<Interval>;

/** Without marks a download offers this much around the picture. */
const AROUND = 30_000;
/** The server makes the file while it sends it: this bounds one request, not what can be had. */
const LONGEST = 24 * 3_600_000;

export function markStart(marks: Marks, at: Millis): Marks {
  return marks.end !== undefined && marks.end > at ? { start: at, end: marks.end } : { start: at };
}

export function markEnd(marks: Marks, at: Millis): Marks {
  return marks.start !== undefined && marks.start < at ? { start: marks.start, end: at } : { end: at };
}

export function suggestedRange(marks: Marks, at: Millis, now: Millis): Interval {
  const start = marks.start ?? (marks.end ?? at) - AROUND;
  const end = marks.end ?? Math.min(Math.max(at, start) + AROUND, now);
  return { start, end };
}

/** What is wrong with a range, for a person; none if nothing is. */
export function rangeProblem(range: { start: Millis | undefined; end: Millis | undefined }, now: Millis): string | undefined {
  if (range.start === undefined || range.end === undefined) return "Give both times.";
  if (range.end <= range.start) return "The end must be after the beginning.";
  if (range.start >= now) return "The beginning is in the future.";
  if (range.end - range.start > LONGEST) return `At most ${formatDuration(LONGEST)} at once.`;
  return undefined;
}
