/** Which stretch of time to ask a playback session for. */
import type { Millis } from "@/lib/footage/types";
import { HOUR, MINUTE } from "@/lib/footage/view";

export interface SessionPlan {
  readonly from: Millis;
  /** None: the playlist grows with the recording. */
  readonly to: Millis | undefined;
}

/** So that jumping and dragging back needs no new session. */
const LEAD = 30 * MINUTE;
/** A playlist of this length loads in an instant; the next session follows where it ends. */
const LENGTH = 2 * HOUR;

export function planSession(at: Millis, now: Millis): SessionPlan {
  const from = at - LEAD;
  return { from, to: from + LENGTH < now - MINUTE ? from + LENGTH : undefined };
}

export function covers(plan: SessionPlan, at: Millis): boolean {
  return plan.from <= at && (plan.to === undefined || at < plan.to);
}
