/**
 * Who is signed in, in this tab and in all others of the browser.
 *
 * The access token is kept in memory only. The refresh token is a cookie that no script sees, and
 * the server ends the session when one is used twice: so one tab renews at a time, and tells the
 * others what it got. Knows no browser: everything outside is handed in.
 */
import type { Me, SignIn } from "../api/types";
import { ApiError } from "../api/transport";
import type { Millis } from "../footage/types";

export type SessionState =
  /** Not asked yet, or not answered yet. */
  | { readonly kind: "unknown" }
  | { readonly kind: "signed-in"; readonly token: string; readonly expiresAt: Millis; readonly user: Me }
  | { readonly kind: "signed-out"; readonly why: SignedOut };

/** Nobody was; somebody asked for it; or the server ended it. */
export type SignedOut = "never" | "asked" | "ended";

/** What tabs tell each other. */
export type Message =
  | { readonly kind: "signed-in"; readonly signIn: Pick<SignIn, "token" | "expires_at" | "user"> }
  | { readonly kind: "signed-out"; readonly why: SignedOut };

export interface Surroundings {
  /** Exchanges the cookie for a new one and an access token. */
  refresh(): Promise<SignIn>;
  /** Runs `work` while no other tab runs any. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
  tell(message: Message): void;
  listen(listener: (message: Message) => void): void;
  /** The server's time. */
  now(): Millis;
  later(millis: Millis, work: () => void): () => void;
}

/** Renewed this long before it ends. */
const AHEAD: Millis = 60_000;
/** Not used any more this long before it ends: the request takes time. */
const MARGIN: Millis = 3_000;
const TRY_AGAIN: Millis = 3_000;

export class Session {
  #state: SessionState = { kind: "unknown" };
  #renewing: Promise<string | undefined> | undefined;
  #cancelTimer = () => {};
  readonly #around: Surroundings;
  readonly #listeners = new Set<() => void>();

  constructor(around: Surroundings) {
    this.#around = around;
    around.listen((message) => {
      if (message.kind === "signed-in") this.#adopt(message.signIn);
      else this.#leave(message.why);
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): SessionState => this.#state;

  /** Finds out whether somebody is signed in; goes on asking while the server does not answer. */
  start(): void {
    if (this.#state.kind !== "unknown") return;
    this.token().catch(() => {
      this.#cancelTimer();
      this.#cancelTimer = this.#around.later(TRY_AGAIN, () => this.start());
    });
  }

  /** A token that is good for a request now; none when nobody is signed in. */
  async token(): Promise<string | undefined> {
    const state = this.#state;
    if (state.kind === "signed-out") return undefined;
    if (state.kind === "unknown") return this.renew(undefined);
    return state.expiresAt - this.#around.now() > MARGIN ? state.token : this.renew(state.token);
  }

  /** Another token than `stale`, which the server does not take. However many ask, one request is made. */
  renew(stale: string | undefined): Promise<string | undefined> {
    const known = this.#newerThan(stale);
    if (known) return Promise.resolve(known.token);
    this.#renewing ??= this.#renewAlone(stale).finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  /** Signs in by `call`, in all tabs. */
  async signIn(call: () => Promise<SignIn>): Promise<void> {
    // Not while a tab renews: an answer to the old cookie could overwrite the new one.
    const signIn = await this.#around.exclusive(call);
    this.#share(signIn);
  }

  /** The session is over, in all tabs. */
  end(why: SignedOut): void {
    this.#leave(why);
    this.#around.tell({ kind: "signed-out", why });
  }

  /** The account has changed. */
  noteUser(user: Me): void {
    if (this.#state.kind === "signed-in" && this.#state.user.id === user.id) this.#set({ ...this.#state, user });
  }

  #renewAlone(stale: string | undefined): Promise<string | undefined> {
    return this.#around.exclusive(async () => {
      // Another tab may have been faster, or have signed out, while this one waited.
      const known = this.#newerThan(stale);
      if (known) return known.token;
      if (this.#state.kind === "signed-out") return undefined;
      try {
        const signIn = await this.#around.refresh();
        this.#share(signIn);
        return signIn.token;
      } catch (error) {
        if (!(error instanceof ApiError && (error.status === 401 || error.status === 403))) throw error;
        if (this.#state.kind === "unknown") this.#leave("never");
        else this.end("ended");
        return undefined;
      }
    });
  }

  #newerThan(stale: string | undefined) {
    return this.#state.kind === "signed-in" && this.#state.token !== stale ? this.#state : undefined;
  }

  #share(signIn: SignIn): void {
    const { token, expires_at, user } = signIn;
    this.#adopt(signIn);
    this.#around.tell({ kind: "signed-in", signIn: { token, expires_at, user } });
  }

  #adopt({ token, expires_at, user }: Pick<SignIn, "token" | "expires_at" | "user">): void {
    const expiresAt = Date.parse(expires_at);
    this.#set({ kind: "signed-in", token, expiresAt, user });
    const left = expiresAt - this.#around.now();
    this.#renewIn(Math.max(left / 2, left - AHEAD), token);
  }

  #renewIn(millis: Millis, token: string): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#around.later(Math.max(1_000, millis), () => {
      this.renew(token).catch(() => this.#renewIn(TRY_AGAIN, token));
    });
  }

  #leave(why: SignedOut): void {
    this.#cancelTimer();
    if (this.#state.kind !== "signed-out") this.#set({ kind: "signed-out", why });
  }

  #set(state: SessionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
