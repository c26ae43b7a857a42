/** The stretch between two marks, for a download. */
import { slo } from "@/lib/footage/slo";
import type { Footage, Interval, Millis } from "@/lib/footage/types";
import { formatDuration, formatZone } from "@/lib/time/format";

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

/** What a download will hold. Of what is missing it says nothing before that is known. */
export function rangeSummary(range: Interval, footage: Footage | "loading" | "failed"): string {
  const length = `${formatDuration(range.end - range.start)}, ${formatZone(range.start)}.`;
  if (footage === "loading") return length;
  if (footage === "failed") return `${length} How much of it is recorded can't be read right now.`;
  const missing = range.end - range.start - slo(footage, range).recorded;
  return missing > 500 ? `${length} ${formatDuration(missing)} of it is not recorded and will be left out.` : length;
}
