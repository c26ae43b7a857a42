/**
 * Plays one camera's footage by wall-clock time: asks for sessions, maps times to positions,
 * steps over gaps, and goes on where a session ends. No React in here; `usePlayer` binds it.
 */
import type { Interval, Millis } from "@/lib/footage/types";
import { HOUR, MINUTE } from "@/lib/footage/view";
import { type Active, opened, phaseOf } from "./active";
import { Drag } from "./drag";
import { placeInGrowing } from "./edge";
import { FrameClock, stepFrom } from "./frames";
import { gapExit, positionOf, skippedBetween, wallAt } from "./pieces";
import { covers, planSession } from "./plan";
import { isLive, isSame, messageOf, NoFootageError, type PlayerState, type SessionSource, type Snapshot } from "./state";
import { canDecode, openStream, secondsAhead } from "./stream";

/** How often position and gaps are looked at. */
const TICK = 100;
/** A time closer to now than this means "the latest picture". */
const PRESENT: Millis = 10_000;
/** So much of the last footage is shown where the present was asked for and there is none. */
const RUN_UP: Millis = 10_000;
/** How often a session's life is made longer: it lasts an hour. */
const EXTEND = 10 * MINUTE;
/** Time until a failure that may pass is tried again. */
const RETRY: Millis = 4_000;
/** A growing playlist longer than this is left for a fresh one, so that reloading stays cheap. */
const LONGEST = 4 * HOUR;

export class Player {
  private readonly listeners = new Set<() => void>();
  private snapshot: Snapshot = { state: { kind: "idle" }, at: undefined, rate: 1, skipped: undefined, scrubbing: false };
  private video: HTMLVideoElement | undefined;
  private active: Active | undefined;
  private wantsToPlay = true;
  private drag: Drag | undefined;
  private readonly frames = new FrameClock();
  private lastPosition = 0;
  /** The time that was asked for and is not shown yet. */
  private target: Millis | undefined;
  /** Counts requests: an answer to an old one is dropped. */
  private turn = 0;
  private timer: ReturnType<typeof setInterval> | undefined;
  private restartedAt: Millis = 0;

  constructor(
    private readonly source: SessionSource,
    private readonly now: () => Millis,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getSnapshot = (): Snapshot => this.snapshot;

  /** Binds the picture; gives back how to let go of everything. */
  attach(video: HTMLVideoElement): () => void {
    this.video = video;
    const look = () => this.look();
    const ended = () => this.onEnded();
    const events = ["seeked", "playing", "waiting", "pause", "canplay"] as const;
    for (const event of events) video.addEventListener(event, look);
    video.addEventListener("ended", ended);
    this.timer = setInterval(look, TICK);
    const leaveFrames = this.frames.watch(video);
    if (this.target !== undefined) void this.open(this.target);
    return () => {
      for (const event of events) video.removeEventListener(event, look);
      video.removeEventListener("ended", ended);
      clearInterval(this.timer);
      leaveFrames();
      this.turn += 1;
      this.target ??= this.snapshot.at;
      this.close();
      this.video = undefined;
    };
  }

  /** Shows the picture of this time, or the first one after it. */
  goTo(at: Millis): void {
    const active = this.active;
    this.target = at;
    if (active?.started && covers(active.plan, at)) {
      const position = this.place(active, at);
      if (position !== undefined) {
        this.seek(active, position, at);
        return;
      }
    }
    void this.open(at);
  }

  latest(): void {
    this.wantsToPlay = true;
    this.setRate(1);
    this.goTo(this.now());
  }

  jump(by: Millis): void {
    const from = this.target ?? this.snapshot.at;
    if (from !== undefined) this.goTo(Math.min(from + by, this.now()));
  }

  /** The next frame, or the one before; it stays on the screen. */
  step(step: 1 | -1): void {
    const { video, active } = this;
    if (!video || !active?.started) return;
    this.pause();
    const shown = video.seeking ? video.currentTime : (this.frames.shown ?? video.currentTime);
    video.currentTime = stepFrom(active.pieces, shown, video.currentTime, this.frames.distance, step);
    this.look();
  }

  /** Somebody drags over the timeline: the clock is there at once, the picture as soon as it can be. */
  scrub(at: Millis): void {
    const now = this.now();
    const to = Math.min(at, now);
    if (this.drag) this.drag.move(to, now);
    else this.drag = new Drag(to, now);
    this.video?.pause();
    this.publish({ scrubbing: true, at: to, skipped: undefined });
    this.followDrag();
  }

  /** The drag is over: exactly this moment. */
  endScrub(): void {
    const at = this.drag?.at;
    this.drag = undefined;
    this.publish({ scrubbing: false });
    if (at !== undefined) this.goTo(at);
  }

  toggle(): void {
    if (this.wantsToPlay) this.pause();
    else this.play();
  }

  play(): void {
    this.wantsToPlay = true;
    this.startPicture();
    this.look();
  }

  pause(): void {
    this.wantsToPlay = false;
    const video = this.video;
    if (video && !video.paused) {
      video.pause();
      // The picture on the screen may be one behind the time: this puts the right one there.
      video.currentTime += 0;
    }
    this.look();
  }

  setRate(rate: number): void {
    this.publish({ rate });
    this.applyRate();
  }

  dismissSkipped(): void {
    this.publish({ skipped: undefined });
  }

  /** After a failure: the same moment again. */
  retry(): void {
    void this.open(this.target ?? this.snapshot.at ?? this.now());
  }

  private async open(at: Millis): Promise<void> {
    const turn = ++this.turn;
    this.close();
    this.publish({ state: { kind: "starting", at }, at });
    // Without a picture to show it in, it waits for `attach`.
    if (!this.video) return;
    try {
      const plan = planSession(at, this.now());
      const [session, codecs = ""] = await Promise.all([this.source.start(plan.from, plan.to), this.source.codecsAt(at)]);
      if (turn !== this.turn || !this.video) {
        this.source.end(session.id);
        return;
      }
      const active = opened(plan, session, codecs, this.now());
      this.active = active;
      if (!canDecode(codecs)) {
        this.publish({ state: { kind: "unsupported", at, codecs } });
        return;
      }
      await this.connect(active, this.video, at, turn);
    } catch (error) {
      if (turn !== this.turn) return;
      if (error instanceof NoFootageError) await this.openNext(at, turn);
      else this.fail(at, messageOf(error), true);
    }
  }

  private async connect(active: Active, video: HTMLVideoElement, at: Millis, turn: number): Promise<void> {
    const stream = await openStream(video, active.session.playlistUrl, {
      pieces: (pieces, growing) => {
        active.pieces = pieces;
        active.growing = growing;
        if (!active.started && turn === this.turn) this.begin(active, turn);
      },
      expired: () => this.reopen(active),
      unsupported: () => this.publish({ state: { kind: "unsupported", at, codecs: active.codecs } }),
      failed: (message, mayPass) => this.onTrouble(active, message, mayPass),
    });
    if (turn !== this.turn) {
      stream.destroy();
      return;
    }
    active.stream = stream;
    if (active.pieces.length > 0) this.begin(active, turn);
  }

  /** The first playlist is there: loads from the time that was asked for. */
  private begin(active: Active, turn: number): void {
    const at = this.target;
    if (!active.stream || at === undefined) return;
    const position = this.place(active, at);
    if (position === undefined) {
      if (!active.growing) void this.openNext(at, turn);
      return;
    }
    active.started = true;
    this.applyRate();
    active.stream.begin(position);
    this.seek(active, position, at);
  }

  /** Nothing at `at` in this stretch: goes to the next footage, wherever it is. */
  private async openNext(at: Millis, turn: number): Promise<void> {
    try {
      const next = (await this.source.nextRecorded(at)) ?? (await this.newestInstead(at));
      if (turn !== this.turn) return;
      if (next === undefined || next === at) {
        this.publish({ state: { kind: "nothing", at }, at });
        return;
      }
      this.target = next;
      this.publish({ skipped: next > at ? { start: at, end: next } : { start: next + RUN_UP, end: at } });
      void this.open(next);
    } catch (error) {
      if (turn === this.turn) this.fail(at, messageOf(error), true);
    }
  }

  /** Who asks for the present of a camera that is not recording gets the last that was recorded. */
  private async newestInstead(at: Millis): Promise<Millis | undefined> {
    if (this.now() - at > PRESENT) return undefined;
    const last = await this.source.lastRecorded();
    return last === undefined ? undefined : last - RUN_UP;
  }

  /** The position for a time; the live edge for a time that lies behind it in a growing list. */
  private place(active: Active, at: Millis): number | undefined {
    return active.growing ? placeInGrowing(active.pieces, at, this.now()) : positionOf(active.pieces, at);
  }

  private seek(active: Active, position: number, at: Millis): void {
    const video = this.video;
    if (!video) return;
    const wall = wallAt(active.pieces, position);
    // Half a millisecond inwards: rounding must not show the frame before.
    video.currentTime = position + 0.000_5;
    this.lastPosition = position;
    this.target = undefined;
    const skipped = wall !== undefined && wall - at > 500 ? { start: at, end: wall } : undefined;
    this.publish({ at: wall, ...(skipped ? { skipped } : {}) });
    this.startPicture();
    this.look();
  }

  private startPicture(): void {
    const video = this.video;
    if (!video || !this.wantsToPlay || this.drag || !this.active?.started) return;
    video.play().catch((error: unknown) => {
      // Sound needs a click first: then without sound.
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError" || video.muted) return;
      video.muted = true;
      void video.play().catch(() => this.pause());
    });
  }

  /** Looks where the picture is and tells everybody. */
  private look(): void {
    const { video, active } = this;
    const { state: before } = this.snapshot;
    if (before.kind === "failed" && before.retryAt !== undefined && this.now() >= before.retryAt) this.retry();
    this.followDrag();
    if (!video || !active?.started || !isLive(before) || this.drag) return;
    const position = video.currentTime;
    if (!video.seeking) this.stepOverGap(video, active, position);
    const skipped = position > this.lastPosition ? this.skippedSince(active, position) : undefined;
    this.lastPosition = position;
    const at = wallAt(active.pieces, position) ?? this.snapshot.at;
    const state = this.readyState(video, active);
    this.publish({ state, at, ...(skipped ? { skipped } : {}) });
    // Nobody can watch the present faster than it happens.
    if (state.kind === "ready" && state.phase === "waiting" && this.snapshot.rate > 1) this.setRate(1);
    this.renew(active, at);
  }

  /** A seek begins when the one before is over, so that pictures come as fast as they can be decoded. */
  private followDrag(): void {
    const { drag, video, active } = this;
    if (!drag || !video) return;
    if (active?.started && covers(active.plan, drag.at)) {
      const position = video.seeking ? undefined : drag.nextPosition(active.pieces);
      if (position === undefined) return;
      this.lastPosition = position;
      video.currentTime = position + 0.000_5;
    } else if (drag.wantsSession(this.now())) {
      this.target = drag.at;
      void this.open(drag.at);
    }
  }

  private readyState(video: HTMLVideoElement, active: Active): PlayerState {
    const state = this.snapshot.state;
    const shown = video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && !video.seeking;
    if (state.kind === "starting" && !shown) return state;
    return { kind: "ready", phase: phaseOf(video, active, this.wantsToPlay) };
  }

  private stepOverGap(video: HTMLVideoElement, active: Active, position: number): void {
    const stuck = video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
    const exit = gapExit(active.pieces, position, stuck ? 0.3 : 0);
    if (exit !== undefined && exit > position) video.currentTime = exit + 0.001;
  }

  private skippedSince(active: Active, position: number): Interval | undefined {
    return skippedBetween(active.pieces, this.lastPosition, position).at(-1);
  }

  /** Keeps a session alive, and leaves one that has grown too long. */
  private renew(active: Active, at: Millis | undefined): void {
    if (this.now() - active.extended > EXTEND) {
      active.extended = this.now();
      this.source.extend(active.session.id);
    }
    const first = active.pieces[0]?.wall;
    if (active.growing && at !== undefined && first !== undefined && at - first > LONGEST) {
      this.target = at;
      void this.open(at);
    }
  }

  private onEnded(): void {
    const plan = this.active?.plan;
    if (plan?.to !== undefined && !this.drag) this.goTo(plan.to);
  }

  /** What is loaded already is played on; only then it is a failure. */
  private onTrouble(active: Active, message: string, mayPass: boolean): void {
    if (this.active !== active) return;
    const at = this.target ?? this.snapshot.at ?? this.now();
    if (mayPass && active.stream && this.video && secondsAhead(this.video) > 1) active.stream.resumeSoon();
    else this.fail(at, message, mayPass);
  }

  /** The server has forgotten the session (it was restarted, or a laptop slept): makes a new one. */
  private reopen(active: Active): void {
    if (this.active !== active) return;
    const at = this.target ?? this.snapshot.at ?? this.now();
    const recently = this.now() - this.restartedAt < 10_000;
    this.restartedAt = this.now();
    this.target = at;
    if (recently) this.fail(at, "The server no longer gives out this footage.", true);
    else void this.open(at);
  }

  private fail(at: Millis, message: string, mayPass: boolean): void {
    this.target = at;
    this.publish({ state: { kind: "failed", at, message, retryAt: mayPass ? this.now() + RETRY : undefined }, at });
  }

  private applyRate(): void {
    if (!this.video) return;
    this.video.defaultPlaybackRate = this.snapshot.rate;
    this.video.playbackRate = this.snapshot.rate;
  }

  private close(): void {
    this.active?.stream?.destroy();
    if (this.active) this.source.end(this.active.session.id);
    this.active = undefined;
  }

  private publish(change: Partial<Snapshot>): void {
    // During a drag the clock is where the pointer is.
    const next = { ...this.snapshot, ...change, ...(this.drag ? { at: this.drag.at, skipped: undefined } : {}) };
    if (isSame(next, this.snapshot)) return;
    this.snapshot = next;
    for (const listener of this.listeners) listener();
  }
}
