/** When a connection that looks alive is not to be trusted: nobody is told that the other end has gone. */
import type { Millis } from "@/lib/footage/types";

/** Away for longer than this, the computer may have slept. */
const AWAY: Millis = 60_000;

export interface Dependencies {
  readonly window: EventTarget;
  readonly document: EventTarget & { readonly visibilityState: DocumentVisibilityState };
  now(): Millis;
}

/** Runs `back` when the network has come back, and when somebody looks at the page again after a while. */
export function onReturn({ window, document, now }: Dependencies, back: () => void): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  let hiddenSince: Millis | undefined = document.visibilityState === "hidden" ? now() : undefined;
  window.addEventListener("online", back, { signal });
  document.addEventListener(
    "visibilitychange",
    () => {
      const since = hiddenSince;
      hiddenSince = document.visibilityState === "hidden" ? now() : undefined;
      if (since !== undefined && hiddenSince === undefined && now() - since > AWAY) back();
    },
    { signal },
  );
  return () => listening.abort();
}
