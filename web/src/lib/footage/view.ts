/** Which time a timeline shows: either a stretch that ends now and moves on, or a fixed one. */
import type { Interval, Millis } from "./types";

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const MIN_SPAN = MINUTE;
export const MAX_SPAN = DAY;
/** Part of the width that a following view keeps free beyond now, so that its edge can be seen. */
const EDGE = 0.02;

export type View =
  | { readonly kind: "follow"; readonly span: Millis }
  | { readonly kind: "fixed"; readonly start: Millis; readonly end: Millis };

export const LAST_DAY: View = { kind: "follow", span: DAY };

export function viewWindow(view: View, now: Millis): Interval {
  if (view.kind === "fixed") return { start: view.start, end: view.end };
  const end = now + view.span * EDGE;
  return { start: end - view.span, end };
}

/** `factor` < 1 shows less time; the time at `anchor` stays where it is. */
export function zoom(view: View, factor: number, anchor: Millis, now: Millis): View {
  const window = viewWindow(view, now);
  const old = window.end - window.start;
  const span = Math.min(MAX_SPAN, Math.max(MIN_SPAN, old * factor));
  if (span === old) return view;
  const share = (anchor - window.start) / old;
  const start = anchor - span * share;
  // Zooming out from the present goes on following it.
  if (view.kind === "follow" && factor > 1) return { kind: "follow", span };
  return settle(start, span, now);
}

/** What the buttons lead to: lengths that people use. */
const STEPS = [1, 2, 5, 15, 30, 60, 180, 360, 720, 1440].map((minutes) => minutes * MINUTE);

/** The next shorter or longer of the usual lengths. */
export function zoomStep(view: View, direction: "in" | "out", anchor: Millis, now: Millis): View {
  const { start, end } = viewWindow(view, now);
  const span = end - start;
  const step = direction === "in" ? STEPS.findLast((one) => one < span - 1) : STEPS.find((one) => one > span + 1);
  return step === undefined ? view : zoom(view, step / span, anchor, now);
}

export function pan(view: View, by: Millis, now: Millis): View {
  const window = viewWindow(view, now);
  return settle(window.start + by, window.end - window.start, now);
}

/** The same span, moved only if `at` is not comfortably inside. */
export function reveal(view: View, at: Millis, now: Millis): View {
  const window = viewWindow(view, now);
  if (window.start <= at && at <= window.end) return view;
  const span = window.end - window.start;
  return settle(at - span / 2, span, now);
}

/** A view of `span` around `at`. */
export function around(at: Millis, span: Millis, now: Millis): View {
  return settle(at - span / 2, span, now);
}

export function isFullDay(view: View): boolean {
  return view.kind === "follow" && view.span === DAY;
}

/** A view that would show the future becomes one that follows the present. */
function settle(start: Millis, span: Millis, now: Millis): View {
  const limit = now + span * EDGE;
  if (start + span >= limit) return { kind: "follow", span };
  return { kind: "fixed", start, end: start + span };
}

/**
 * What to ask the server for: the whole last day while the view is inside it, so that zooming
 * and panning there ask nothing, else the whole UTC days around the view. Those may reach beyond
 * now: their ends name what is asked for, and a name that moved with the clock would be another one each time.
 */
export function dataWindow(window: Interval, now: Millis): Interval & { readonly recent: boolean } {
  const dayAgo = now - DAY - HOUR;
  if (window.start >= dayAgo) return { start: dayAgo, end: now, recent: true };
  return {
    start: Math.floor(window.start / DAY) * DAY,
    end: Math.ceil(window.end / DAY) * DAY,
    recent: false,
  };
}
