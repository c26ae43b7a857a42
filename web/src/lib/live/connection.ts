/**
 * A WebSocket that is opened again whenever it breaks. No React, no clock, no network of its own: what it needs is
 * given. What is sent and what messages mean is for those who use it.
 */
import type { Millis } from "@/lib/footage/types";

/** For the page: is what it shows up to date? */
export type LiveState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  /** It broke, and is retried automatically. */
  | { readonly kind: "waiting"; readonly tries: number }
  /** It is not retried: the permission is gone. */
  | { readonly kind: "refused" };

/** What is needed of a `WebSocket`. */
export interface Socket {
  send(text: string): void;
  /** No handler is called afterwards. */
  close(): void;
}

export interface SocketHandlers {
  onOpen(): void;
  onMessage(data: unknown): void;
  onClose(code: number): void;
}

export interface ConnectionDependencies {
  /** The address to connect to; it works once. */
  address(): Promise<string>;
  open(address: string, handlers: SocketHandlers): Socket;
  /** Runs it after so many milliseconds, unless it is cancelled. */
  after(delay: Millis, run: () => void): () => void;
  random(): number;
  onState(state: LiveState): void;
}

export interface ConnectionHandlers {
  /** `again`: it is not the first attempt, so something may have been missed. */
  onOpen(send: (message: object) => void, again: boolean): void;
  onMessage(message: Readonly<Record<string, unknown>>, send: (message: object) => void): void;
}

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;
/** A connection that has lasted so long is a good one: the server ends one that asks for too much within this time. */
const STEADY = 30_000;
/** The sign-in has ended, or may do no more what it needs (`/ws/events`). */
const SIGNED_OUT = 4401;
const FORBIDDEN = 4403;

export class LiveConnection {
  private socket: Socket | undefined;
  private cancelRetry: (() => void) | undefined;
  private cancelSteady: (() => void) | undefined;
  private tries = 0;
  private again = false;
  private stopped = false;

  constructor(
    private readonly dependencies: ConnectionDependencies,
    private readonly handlers: ConnectionHandlers,
  ) {}

  start(): void {
    this.dependencies.onState({ kind: "connecting" });
    void this.connect();
  }

  stop(): void {
    this.stopped = true;
    this.cancelRetry?.();
    this.drop();
  }

  /** Replaces the connection at once, because there is reason to doubt it, or to wait no longer. */
  renew(): void {
    // Without either, one is about to be made.
    if (this.stopped || (!this.cancelRetry && !this.socket)) return;
    this.cancelRetry?.();
    this.cancelRetry = undefined;
    this.drop();
    this.again = true;
    this.dependencies.onState({ kind: "connecting" });
    void this.connect();
  }

  private readonly send = (message: object): void => this.socket?.send(JSON.stringify(message));

  private async connect(): Promise<void> {
    let address: string;
    try {
      address = await this.dependencies.address();
    } catch (error) {
      if (isForbidden(error)) this.refuse();
      else this.later();
      return;
    }
    if (this.stopped) return;
    this.socket = this.dependencies.open(address, {
      onOpen: () => this.opened(),
      onMessage: (data) => {
        const message = parse(data);
        if (message) this.handlers.onMessage(message, this.send);
      },
      onClose: (code) => this.closed(code),
    });
  }

  private opened(): void {
    this.handlers.onOpen(this.send, this.again);
    this.cancelSteady = this.dependencies.after(STEADY, () => {
      this.tries = 0;
    });
    this.dependencies.onState({ kind: "live" });
  }

  private closed(code: number): void {
    this.drop();
    if (code === FORBIDDEN) this.refuse();
    // A ticket of somebody who is signed out is refused, and that ends the session on its own.
    else if (code === SIGNED_OUT) this.later(0);
    else this.later();
  }

  private later(delay = this.delay()): void {
    if (this.stopped) return;
    this.again = true;
    this.tries += 1;
    this.dependencies.onState({ kind: "waiting", tries: this.tries });
    this.cancelRetry = this.dependencies.after(delay, () => {
      this.cancelRetry = undefined;
      void this.connect();
    });
  }

  /** Twice as long each time, and not all browsers at the same moment. */
  private delay(): Millis {
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.tries);
    return longest / 2 + (longest / 2) * this.dependencies.random();
  }

  private refuse(): void {
    this.stopped = true;
    this.dependencies.onState({ kind: "refused" });
  }

  private drop(): void {
    this.cancelSteady?.();
    this.cancelSteady = undefined;
    this.socket?.close();
    this.socket = undefined;
  }
}

function parse(data: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof data !== "string") return undefined;
  try {
    const message: unknown = JSON.parse(data);
    return typeof message === "object" && message !== null ? (message as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isForbidden(error: unknown): boolean {
  const status = (error as { status?: unknown } | undefined)?.status;
  return status === 401 || status === 403;
}
