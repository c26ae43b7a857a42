/**
 * Events as they happen, over a WebSocket that is opened again whenever it breaks. No React, no clock, no network of its
 * own: what it needs is given.
 */
import type { Event } from "@/lib/api/types";
import type { Millis } from "@/lib/footage/types";
import { type Heard, heard, heardByList, resumeAfterBreak, resumeAfterLag } from "./missed";

/** For the page: is what it shows up to date? */
export type LiveState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  /** It broke, and is tried again by itself. */
  | { readonly kind: "waiting"; readonly tries: number }
  /** It is not tried again: the right to it is gone. */
  | { readonly kind: "refused" };

/** What is needed of a `WebSocket`. */
export interface Line {
  send(text: string): void;
  /** Nothing is heard of it afterwards. */
  close(): void;
}

export interface Ears {
  onOpen(): void;
  onMessage(data: unknown): void;
  onClose(code: number): void;
}

export interface LiveParts {
  /** The address to connect to; it works once. */
  address(): Promise<string>;
  open(address: string, ears: Ears): Line;
  /** Runs it after so many milliseconds, unless it is taken back. */
  after(delay: number, run: () => void): () => void;
  random(): number;
  /** The server's time. */
  now(): Millis;
  onEvent(event: Event): void;
  /** What ended or was acknowledged meanwhile is not told again: the list has to be read again. */
  onMissed(): void;
  onState(state: LiveState): void;
}

export interface Wanted {
  /** When the list was read, by the server's clock. */
  readonly since: Millis;
  readonly cameras: readonly string[];
  readonly types: readonly string[];
}

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;
/** A connection that has lasted so long is a good one: the server ends one that asks for too much within this time. */
const STEADY = 30_000;
/** The sign-in has ended, or may do no more what it needs (`/ws/events`). */
const SIGNED_OUT = 4401;
const FORBIDDEN = 4403;

export class LiveEvents {
  private line: Line | undefined;
  private takeBack: (() => void) | undefined;
  private takeSteadyBack: (() => void) | undefined;
  private tries = 0;
  /** It is not the first attempt. */
  private again = false;
  private stopped = false;
  private known: Heard;

  constructor(
    private readonly parts: LiveParts,
    private readonly wanted: Wanted,
  ) {
    this.known = heardByList(wanted.since);
  }

  start(): void {
    this.parts.onState({ kind: "connecting" });
    void this.connect();
  }

  stop(): void {
    this.stopped = true;
    this.takeBack?.();
    this.drop();
  }

  /** Another connection at once, because there is reason to doubt this one, or to wait no longer. */
  renew(): void {
    // Without either, one is about to be made.
    if (this.stopped || (!this.takeBack && !this.line)) return;
    this.takeBack?.();
    this.takeBack = undefined;
    this.drop();
    this.again = true;
    this.parts.onState({ kind: "connecting" });
    void this.connect();
  }

  private async connect(): Promise<void> {
    let address: string;
    try {
      address = await this.parts.address();
    } catch (error) {
      if (isForbidden(error)) this.refuse();
      else this.later();
      return;
    }
    if (this.stopped) return;
    this.line = this.parts.open(address, {
      onOpen: () => this.greet(),
      onMessage: (data) => this.hear(data),
      onClose: (code) => this.closed(code),
    });
  }

  private closed(code: number): void {
    this.drop();
    if (code === FORBIDDEN) this.refuse();
    // A ticket of somebody who is signed out is refused, and that ends the session on its own.
    else if (code === SIGNED_OUT) this.later(0);
    else this.later();
  }

  private greet(): void {
    this.line?.send(JSON.stringify({ action: "subscribe", topics: ["events"], cameras: this.wanted.cameras, event_types: this.wanted.types }));
    this.resume(resumeAfterBreak(this.known));
    this.takeSteadyBack = this.parts.after(STEADY, () => {
      this.tries = 0;
    });
    this.parts.onState({ kind: "live" });
    if (this.again) this.parts.onMissed();
  }

  private resume(last: string): void {
    this.line?.send(JSON.stringify({ action: "resume", last_event_id: last }));
  }

  private hear(data: unknown): void {
    const message = parse(data);
    if (message?.type === "event" && message.event) {
      this.known = heard(this.known, message.event, this.parts.now());
      this.parts.onEvent(message.event);
    } else if (message?.type === "lagged") {
      // What was lost is in the store.
      this.resume(resumeAfterLag(this.known));
      this.parts.onMissed();
    }
  }

  private later(delay = this.delay()): void {
    if (this.stopped) return;
    this.again = true;
    this.tries += 1;
    this.parts.onState({ kind: "waiting", tries: this.tries });
    this.takeBack = this.parts.after(delay, () => {
      this.takeBack = undefined;
      void this.connect();
    });
  }

  /** Twice as long each time, and not all browsers at the same moment. */
  private delay(): number {
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.tries);
    return longest / 2 + (longest / 2) * this.parts.random();
  }

  private refuse(): void {
    this.stopped = true;
    this.parts.onState({ kind: "refused" });
  }

  private drop(): void {
    this.takeSteadyBack?.();
    this.takeSteadyBack = undefined;
    this.line?.close();
    this.line = undefined;
  }
}

interface Message {
  readonly type?: string;
  readonly event?: Event;
}

function parse(data: unknown): Message | undefined {
  if (typeof data !== "string") return undefined;
  try {
    const message: unknown = JSON.parse(data);
    return typeof message === "object" && message !== null ? message : undefined;
  } catch {
    return undefined;
  }
}

function isForbidden(error: unknown): boolean {
  const status = (error as { status?: unknown } | undefined)?.status;
  return status === 401 || status === 403;
}
