/** The session that is played now. */
import type { Millis } from "@/lib/footage/types";
import { endPosition, type Piece } from "./pieces";
import type { SessionPlan } from "./plan";
import type { Phase, Session } from "./state";
import type { Stream } from "./stream";

export interface Active {
  readonly plan: SessionPlan;
  readonly session: Session;
  /** RFC 6381, at the time that was asked for; empty if nothing is recorded there. */
  readonly codecs: string;
  stream: Stream | undefined;
  pieces: readonly Piece[];
  growing: boolean;
  started: boolean;
  /** When its life was last made longer. */
  extended: Millis;
}

/** At the end of a playlist less than this is left (seconds): the player waits for more. */
const AT_END = 0.6;

export function opened(plan: SessionPlan, session: Session, codecs: string, now: Millis): Active {
  return { plan, session, codecs, stream: undefined, pieces: [], growing: false, started: false, extended: now };
}

export function phaseOf(video: HTMLVideoElement, { growing, pieces }: Active, wantsToPlay: boolean): Phase {
  if (!wantsToPlay) return "paused";
  if (growing && endPosition(pieces) - video.currentTime < AT_END) return "waiting";
  if (video.seeking || video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) return "buffering";
  return "playing";
}
