import type { Interval, Millis } from "@/lib/footage/types";

/** What the player is doing, as one of these and never two at once. */
export type PlayerState =
  | { readonly kind: "idle" }
  /** A session is being made, or its first picture is on the way. */
  | { readonly kind: "starting"; readonly at: Millis }
  | { readonly kind: "ready"; readonly phase: Phase }
  /** The browser has no decoder for it. */
  | { readonly kind: "unsupported"; readonly at: Millis; readonly codecs: string }
  /** Neither footage at that time nor later. */
  | { readonly kind: "nothing"; readonly at: Millis }
  /** With `retryAt` it is tried again by itself, then. */
  | { readonly kind: "failed"; readonly at: Millis; readonly message: string; readonly retryAt: Millis | undefined };

/** `waiting`: at the end of what is recorded so far. */
export type Phase = "playing" | "paused" | "buffering" | "waiting";

export interface Snapshot {
  readonly state: PlayerState;
  /** The wall-clock time of the picture that is shown, or of the one that is being sought. */
  readonly at: Millis | undefined;
  readonly rate: number;
  /** The last stretch without footage that playback stepped over. */
  readonly skipped: Interval | undefined;
  /** Somebody drags over the timeline: `at` is where, and the picture follows. */
  readonly scrubbing: boolean;
}

export function isSame(a: Snapshot, b: Snapshot): boolean {
  return isSameState(a.state, b.state) && a.at === b.at && a.rate === b.rate && a.skipped === b.skipped && a.scrubbing === b.scrubbing;
}

function isSameState(a: PlayerState, b: PlayerState): boolean {
  return a === b || (a.kind === "ready" && b.kind === "ready" && a.phase === b.phase);
}

export const RATES = [0.5, 1, 2, 4, 8] as const;

/** A playback session as the server describes it, in the words of the page. */
export interface Session {
  readonly id: string;
  readonly playlistUrl: string;
}

/** How the engine gets sessions; the API stays outside, so that tests can do without a server. */
export interface SessionSource {
  start(from: Millis, to: Millis | undefined): Promise<Session>;
  end(id: string): void;
  /** Lets a session live on. */
  extend(id: string): void;
  /** The first recorded time at or after `at`. */
  nextRecorded(at: Millis): Promise<Millis | undefined>;
  /** The end of the newest footage. */
  lastRecorded(): Promise<Millis | undefined>;
  /** RFC 6381 codec strings of what was recorded at a time; none if nothing was. */
  codecsAt(at: Millis): Promise<string | undefined>;
}

/** To be thrown by `SessionSource.start` when there is no footage in the range. */
export class NoFootageError extends Error {}

export function isLive(state: PlayerState): boolean {
  return state.kind === "starting" || state.kind === "ready";
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "The footage could not be opened.";
}
