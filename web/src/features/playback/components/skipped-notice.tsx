import { SkipForward, X } from "lucide-react";
import { causeLabel } from "@/lib/footage/causes";
import { gapsBetween, isBeforeFirst } from "@/lib/footage/navigate";
import { type Footage, type Interval, type Millis } from "@/lib/footage/types";
import { formatDuration, formatMoment } from "@/lib/time/format";

interface SkippedNoticeProps {
  readonly skipped: Interval;
  readonly footage: Footage;
  readonly now: Millis;
  onDismiss(): void;
}

/** Says what playback has just stepped over. It goes away by itself. */
export function SkippedNotice({ skipped, footage, now, onDismiss }: SkippedNoticeProps) {
  return (
    <div
      key={skipped.start}
      data-testid="skipped"
      className="flex max-w-full items-center gap-2 rounded-md bg-black/80 py-1 pr-1 pl-3 text-xs text-white shadow-lg [animation:notice_9s_ease-in_forwards] hover:[animation-play-state:paused]"
      onAnimationEnd={onDismiss}
    >
      <SkipForward className="size-3.5 shrink-0" aria-hidden />
      <span className="tabular-nums">{skippedText(skipped, footage, now)}</span>
      <button type="button" onClick={onDismiss} className="flex size-6 items-center justify-center rounded outline-none touch:size-11 hover:bg-white/15 focus-visible:ring-2 focus-visible:ring-white" aria-label="Dismiss">
        <X className="size-3.5" aria-hidden />
      </button>
    </div>
  );
}

/** `No footage from 13:02:11 to 13:04:25 (2 min 14 s): camera unreachable.` */
export function skippedText(skipped: Interval, footage: Footage, now: Millis): string {
  const gaps = gapsBetween(footage, skipped.start, skipped.end);
  if (isBeforeFirst(footage, skipped.start)) return `Recording began at ${formatMoment(skipped.end, now)}.`;
  // Somebody who asked for a time inside a gap is told about the whole gap.
  const start = Math.min(skipped.start, gaps[0]?.start ?? skipped.start);
  const causes = [...new Set(gaps.filter((gap) => gap.cause !== "connecting").map((gap) => causeLabel(gap.cause).toLowerCase()))];
  const why = causes.length > 0 ? `: ${causes.join(", ")}` : "";
  return `No footage from ${formatMoment(start, now)} to ${formatMoment(skipped.end, now)} (${formatDuration(skipped.end - start)})${why}.`;
}
