import { memo } from "react";
import { causeColor, type GapCause } from "@/lib/footage/causes";
import { layout } from "@/lib/footage/layout";
import type { Footage, Interval } from "@/lib/footage/types";

interface BarsProps {
  readonly footage: Footage;
  readonly window: Interval;
  readonly width: number;
  readonly height: number;
}

/** Causes that removed footage which once was there: hatched, so that they don't read as losses. */
const REMOVED: readonly GapCause[] = ["retention", "deleted"];

/** The coloured rectangles of a track. */
export const Bars = memo(function Bars({ footage, window, width, height }: BarsProps) {
  return (
    <>
      {layout(footage, window, width).map((bar) =>
        bar.kind === "recorded" ? (
          <rect key={`r${bar.x}`} data-kind="recorded" x={bar.x} width={bar.width} height={height} fill="var(--recorded)" />
        ) : (
          <rect
            key={`g${bar.x}`}
            data-kind="gap"
            data-cause={bar.cause}
            x={bar.x}
            width={bar.width}
            height={height}
            fill={causeColor(bar.cause ?? "unknown")}
            {...(bar.cause && REMOVED.includes(bar.cause) ? { mask: "url(#hatch-mask)" } : {})}
          />
        ),
      )}
    </>
  );
});

/** To be rendered once in the page: the pattern that `Bars` refers to. */
export function BarPatterns() {
  return (
    <svg width="0" height="0" className="absolute" aria-hidden>
      <defs>
        <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="6" height="6" fill="#555" />
          <rect width="3" height="6" fill="white" />
        </pattern>
        <mask id="hatch-mask" maskUnits="userSpaceOnUse" x="0" y="0" width="10000" height="200">
          <rect width="10000" height="200" fill="url(#hatch)" />
        </mask>
      </defs>
    </svg>
  );
}
