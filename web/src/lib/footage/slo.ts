/** How well the promise to record was kept. */
import { isLoss } from "./causes";
import { clip } from "./navigate";
import { duration, type Footage, type Interval, type Millis } from "./types";

export interface Slo {
  readonly recorded: Millis;
  /** In gaps that count as loss. */
  readonly lost: Millis;
  /** `recorded / (recorded + lost)`; none when nothing should have been recorded. */
  readonly ratio: number | undefined;
}

export function slo(footage: Footage, window: Interval): Slo {
  const visible = clip(footage, window);
  const recorded = sum(visible.spans);
  const lost = sum(visible.gaps.filter((gap) => isLoss(gap.cause)));
  return { recorded, lost, ratio: ratio(recorded, lost) };
}

/** All cameras' together: each second of each camera counts the same. */
export function total(slos: readonly Slo[]): Slo {
  const recorded = slos.reduce((all, one) => all + one.recorded, 0);
  const lost = slos.reduce((all, one) => all + one.lost, 0);
  return { recorded, lost, ratio: ratio(recorded, lost) };
}

function ratio(recorded: Millis, lost: Millis): number | undefined {
  return recorded + lost > 0 ? recorded / (recorded + lost) : undefined;
}

function sum(intervals: readonly Interval[]): Millis {
  return intervals.reduce((all, interval) => all + duration(interval), 0);
}
