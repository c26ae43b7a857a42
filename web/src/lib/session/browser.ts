/** The session of this tab, on what the browser gives: locks, a channel between tabs, timers. */
import { publicApi, unwrap } from "../api/transport";
import { now } from "../time/clock";
import { uninterrupted } from "./interrupted";
import { makeExclusive, pause, usableStorage } from "./lock";
import { type Message, Session } from "./session";

const NAME = "nightjar.session";

/** The server takes no longer for an answer; all tabs wait meanwhile. */
const PATIENCE = 30_000;

const channel = typeof BroadcastChannel === "undefined" || typeof window === "undefined" ? undefined : new BroadcastChannel(NAME);
const storage = typeof window === "undefined" ? undefined : usableStorage();
const exclusive = makeExclusive(NAME);

export const session = new Session({
  refresh: () => uninterrupted(storage, () => unwrap(publicApi.POST("/api/v1/auth/refresh", { body: {}, keepalive: true, signal: AbortSignal.timeout(PATIENCE) }))),
  exclusive: (work) =>
    exclusive(async () => {
      // What the tab before has told is still on its way when its lock is given on.
      await pause(0);
      return work();
    }),
  // A channel has no target: it is this origin's.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  tell: (message) => channel?.postMessage(message),
  listen: (listener) => channel?.addEventListener("message", ({ data }: MessageEvent<Message>) => listener(data)),
  now,
  later(millis, work) {
    const timer = setTimeout(work, millis);
    return () => clearTimeout(timer);
  },
});
