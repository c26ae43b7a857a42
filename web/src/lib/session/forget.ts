import type { QueryClient } from "@tanstack/react-query";
import type { Session } from "./session";

/** What one account has seen is not kept for the next one. */
export function forgetOnChange(session: Pick<Session, "state" | "subscribe">, cache: Pick<QueryClient, "clear">): void {
  let shown = whoOf(session);
  session.subscribe(() => {
    const who = whoOf(session);
    if (who === shown) return;
    shown = who;
    cache.clear();
  });
}

function whoOf(session: Pick<Session, "state">): string | undefined {
  const state = session.state();
  return state.kind === "signed-in" ? state.user.id : undefined;
}
