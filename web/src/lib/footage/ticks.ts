/** Where a time axis has its marks: at round local times, also across a change to summer time. */
import type { Interval, Millis } from "./types";
import { HOUR, MINUTE, SECOND } from "./view";

const STEPS: readonly Millis[] = [
  SECOND, 5 * SECOND, 10 * SECOND, 30 * SECOND,
  MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE,
  HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR,
];

export interface Tick {
  readonly at: Millis;
  /** Local midnight: labelled with the date. */
  readonly midnight: boolean;
}

export interface Axis {
  readonly step: Millis;
  readonly ticks: readonly Tick[];
}

export function axis(window: Interval, width: number, minGap: number): Axis {
  const wanted = ((window.end - window.start) * minGap) / Math.max(width, 1);
  const step = STEPS.find((candidate) => candidate >= wanted) ?? 24 * HOUR;
  const ticks: Tick[] = [];
  for (let at = firstTick(window.start, step); at <= window.end; at = nextTick(at, step)) {
    ticks.push({ at, midnight: isMidnight(at) });
  }
  return { step, ticks };
}

function firstTick(from: Millis, step: Millis): Millis {
  const day = new Date(from);
  day.setHours(0, 0, 0, 0);
  let at = day.getTime();
  if (step <= HOUR) return Math.ceil((from - at) / step) * step + at;
  while (at < from) at = nextTick(at, step);
  return at;
}

/** Steps above an hour count on the local clock, so that a day of 23 or 25 hours keeps round marks. */
function nextTick(at: Millis, step: Millis): Millis {
  if (step <= HOUR) return at + step;
  const date = new Date(at);
  const hours = step / HOUR;
  date.setHours((Math.floor(date.getHours() / hours) + 1) * hours, 0, 0, 0);
  const next = date.getTime();
  return next > at ? next : at + step;
}

function isMidnight(at: Millis): boolean {
  const date = new Date(at);
  return date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0 && date.getMilliseconds() === 0;
}
