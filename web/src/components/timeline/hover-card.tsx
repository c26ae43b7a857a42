import { createPortal } from "react-dom";
import { causeLabel, causeSentence } from "@/lib/footage/causes";
import { gapNear } from "@/lib/footage/layout";
import type { Footage, Gap, Interval, Millis } from "@/lib/footage/types";
import { formatDay, formatDuration, formatMoment, formatPreciseClock, formatZone } from "@/lib/time/format";
import { CauseSwatch } from "./legend";
import { usePortalContainer } from "../ui/portal";
import { explainAt } from "./words";

interface HoverCardProps {
  readonly footage: Footage;
  readonly window: Interval;
  readonly width: number;
  readonly now: Millis;
  readonly at: Millis;
  /** Pixels in the track. */
  readonly x: number;
  readonly anchor: DOMRect;
}

const CARD_WIDTH = 264;

/** What is under the pointer: the time, and whether it was recorded or why not. */
export function HoverCard({ footage, window, width, now, at, x, anchor }: HoverCardProps) {
  const container = usePortalContainer();
  const gap = gapNear(footage, window, width, x);
  const left = Math.min(Math.max(8, anchor.left + x - CARD_WIDTH / 2), document.documentElement.clientWidth - CARD_WIDTH - 8);
  const below = anchor.top < 170;
  return createPortal(
    <div
      role="presentation"
      data-testid="timeline-tooltip"
      className="pointer-events-none fixed z-40 rounded-md border bg-popover px-3 py-2 text-xs text-popover-foreground shadow-lg"
      style={{
        width: CARD_WIDTH,
        left,
        ...(below ? { top: anchor.bottom + 8 } : { bottom: document.documentElement.clientHeight - anchor.top + 8 }),
      }}
    >
      <div className="flex items-baseline justify-between gap-2">
        <span className="text-sm font-medium tabular-nums">{formatPreciseClock(at)}</span>
        <span className="text-muted-foreground">
          {formatDay(at)}, {formatZone(at)}
        </span>
      </div>
      {gap ? <GapText gap={gap} now={now} /> : <p className="mt-1 text-muted-foreground">{explainAt(footage, at, now)}</p>}
    </div>,
    container ?? document.body,
  );
}

function GapText({ gap, now }: { readonly gap: Gap; readonly now: Millis }) {
  return (
    <div className="mt-1.5 space-y-0.5">
      <p className="flex items-center gap-1.5 font-medium">
        <CauseSwatch cause={gap.cause} />
        {causeLabel(gap.cause)} <span className="font-normal text-muted-foreground">for {formatDuration(gap.end - gap.start)}</span>
      </p>
      <p className="text-muted-foreground tabular-nums">
        {formatMoment(gap.start, now)} to {gap.open ? "now" : formatMoment(gap.end, now)}
      </p>
      <p className="break-words text-muted-foreground">{gap.details || causeSentence(gap.cause)}</p>
    </div>
  );
}
