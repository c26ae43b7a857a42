/**
 * Footage as rectangles of a given width. What is narrower than a pixel is joined, so that the
 * number of rectangles depends on the width and not on the footage; a gap is always visible.
 */
import { type GapCause, isLoss } from "./causes";
import { clip } from "./navigate";
import type { Footage, Gap, Interval, Millis } from "./types";

/** A gap of one frame must still be seen on a whole day. */
const MIN_GAP_WIDTH = 3;
/** The first minutes of a new camera as well. */
const MIN_RECORDED_WIDTH = 2;

export interface Bar {
  readonly kind: "recorded" | "gap";
  readonly x: number;
  readonly width: number;
  readonly cause?: GapCause;
}

export function scale(window: Interval, width: number): (at: Millis) => number {
  const perMilli = width / (window.end - window.start);
  return (at) => (at - window.start) * perMilli;
}

export function timeAt(window: Interval, width: number, x: number): Millis {
  return window.start + (x / width) * (window.end - window.start);
}

export function layout(footage: Footage, window: Interval, width: number): Bar[] {
  if (width <= 0) return [];
  const visible = clip(footage, window);
  const x = scale(window, width);
  return [...recordedBars(visible, x), ...gapBars(visible.gaps, x, width)];
}

function recordedBars(footage: Footage, x: (at: Millis) => number): Bar[] {
  const bars: { kind: "recorded"; x: number; width: number }[] = [];
  for (const span of footage.spans) {
    const left = x(span.start);
    const right = x(span.end);
    const last = bars.at(-1);
    if (last && left - (last.x + last.width) < 0.5) last.width = Math.max(last.width, right - last.x);
    else bars.push({ kind: "recorded", x: left, width: Math.max(right - left, MIN_RECORDED_WIDTH) });
  }
  return bars;
}

function gapBars(gaps: readonly Gap[], x: (at: Millis) => number, width: number): Bar[] {
  const bars: { kind: "gap"; x: number; width: number; cause: GapCause }[] = [];
  for (const gap of gaps) {
    const left = Math.min(x(gap.start), width - MIN_GAP_WIDTH);
    const bar = { kind: "gap" as const, x: left, width: Math.max(x(gap.end) - left, MIN_GAP_WIDTH), cause: gap.cause };
    const last = bars.at(-1);
    if (!last || bar.x >= last.x + last.width - 0.5) {
      bars.push(bar);
      continue;
    }
    // They share pixels: the one that lost footage gives the colour, else the longer one.
    if (rank(bar) > rank(last)) last.cause = bar.cause;
    last.width = Math.max(last.width, bar.x + bar.width - last.x);
  }
  return bars;
}

function rank(bar: { cause: GapCause; width: number }): number {
  return (isLoss(bar.cause) ? 1e6 : 0) + bar.width;
}

/** The gap under the pointer, with as much tolerance as its bar was widened by. */
export function gapNear(footage: Footage, window: Interval, width: number, px: number): Gap | undefined {
  const at = timeAt(window, width, px);
  const tolerance = ((MIN_GAP_WIDTH + 1) / width) * (window.end - window.start);
  const near = footage.gaps.filter((gap) => gap.start - tolerance <= at && at < gap.end + tolerance);
  return near.find((gap) => gap.start <= at && at < gap.end) ?? near[0];
}
