import { scale, timeAt } from "@/lib/footage/layout";
import { axis } from "@/lib/footage/ticks";
import type { Interval, Millis } from "@/lib/footage/types";
import { MINUTE } from "@/lib/footage/view";
import { formatClock, formatDay, formatShortClock, formatZone } from "@/lib/time/format";
import { useWidth } from "@/lib/use-width";
import { useGestures } from "./use-gestures";

interface RulerProps {
  readonly window: Interval;
  readonly now: Millis;
  onZoom(factor: number, anchor: Millis): void;
  onPan(by: Millis): void;
}

/** The time axis. Local time; its zone stands beside it. */
export function Ruler({ window, now, onZoom, onPan }: RulerProps) {
  const [measure, width] = useWidth();
  const perPixel = (window.end - window.start) / Math.max(width, 1);
  const gestures = useGestures(
    {
      zoom: (factor, x) => onZoom(factor, timeAt(window, width, x)),
      pan: (dx) => onPan(-dx * perPixel),
      pick: () => {},
      scrub: () => {},
      hover: () => {},
    },
    { wheelZooms: true, scrubs: false },
  );
  const x = scale(window, width);
  const { step, ticks } = axis(window, width, labelGap(window));
  const label = step < MINUTE ? formatClock : formatShortClock;
  const edge = x(now);
  return (
    <div
      ref={gestures}
      aria-hidden
      className="relative h-7 cursor-ew-resize touch-pan-y overflow-hidden select-none"
      title={`Local time (${formatZone(window.end)}). Scroll to zoom, drag to move.`}
    >
      <div ref={measure} className="absolute inset-0" />
      {width > 0 &&
        ticks.map((tick) => (
          <span
            key={tick.at}
            className="absolute bottom-0 flex h-full -translate-x-1/2 flex-col items-center justify-end text-[0.6875rem] whitespace-nowrap text-muted-foreground tabular-nums"
            style={{ left: x(tick.at) }}
          >
            <span className={tick.midnight ? "font-medium text-foreground" : ""}>
              {near(x(tick.at), edge) || x(tick.at) < 20 ? "" : tick.midnight ? formatDay(tick.at) : label(tick.at)}
            </span>
            <span className="mt-0.5 h-1.5 w-px bg-border" />
          </span>
        ))}
      {edge > 0 && edge <= width && (
        <span
          className="absolute bottom-0 flex -translate-x-full flex-col items-end text-[0.6875rem] font-medium text-primary"
          style={{ left: edge }}
        >
          <span>now</span>
          <span className="mt-0.5 h-1.5 w-px bg-primary" />
        </span>
      )}
    </div>
  );
}

/** Pixels between two labels: seconds need more room. */
function labelGap(window: Interval): number {
  return window.end - window.start < 10 * MINUTE ? 84 : 64;
}

/** Labels make room for "now". */
function near(x: number, edge: number): boolean {
  return x > edge - 44 && x < edge + 24;
}
