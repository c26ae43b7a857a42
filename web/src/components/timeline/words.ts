/** What a track says about a moment. */
import { causeLabel } from "@/lib/footage/causes";
import { gapAt, spanAt } from "@/lib/footage/navigate";
import type { Footage, Millis } from "@/lib/footage/types";
import { formatMoment } from "@/lib/time/format";

/** For screen readers. */
export function describeAt(footage: Footage, at: Millis): string {
  const gap = gapAt(footage, at);
  if (gap) return `not recorded, ${causeLabel(gap.cause).toLowerCase()}`;
  return spanAt(footage, at) ? "recorded" : "no record";
}

/** For the card under the pointer, where there is no gap. */
export function explainAt(footage: Footage, at: Millis, now: Millis): string {
  if (at > now) return "Not yet.";
  const span = spanAt(footage, at);
  if (!span) return "No record of this time: before recording was first switched on.";
  return `Recorded without a gap from ${formatMoment(span.start, now)} ${span.open ? "until now" : `to ${formatMoment(span.end, now)}`}.`;
}
