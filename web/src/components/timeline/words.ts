/** What a track says about a moment. */
import { causeLabel } from "@/lib/footage/causes";
import { gapAt, spanAt } from "@/lib/footage/navigate";
import { contains, type Footage, type Millis } from "@/lib/footage/types";
import { formatMoment } from "@/lib/time/format";

/** For screen readers. */
export function describeAt(footage: Footage, at: Millis): string {
  const gap = gapAt(footage, at);
  if (gap) return `not recorded, ${causeLabel(gap.cause).toLowerCase()}`;
  if (spanAt(footage, at)) return "recorded";
  return contains(footage.known, at) ? "no record" : "not loaded";
}

/** For the card under the pointer, where there is no gap. */
export function explainAt(footage: Footage, at: Millis, now: Millis): string {
  if (at > now) return "Not yet.";
  const span = spanAt(footage, at);
  if (!span && !contains(footage.known, at)) return "Not loaded: nothing is known here of this time.";
  if (!span) return "No record of this time: before recording was first switched on.";
  return `Recorded without a gap from ${formatMoment(span.start, now)} ${span.open ? "until now" : `to ${formatMoment(span.end, now)}`}.`;
}
