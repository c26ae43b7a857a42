import { useSyncExternalStore } from "react";
import type { Me } from "../api/types";
import { session } from "./browser";
import type { SessionState } from "./session";

export function useSession(): SessionState {
  return useSyncExternalStore(session.subscribe, session.state);
}

/** Who is signed in; none on the pages that are for everybody, and while somebody signs out. */
export function useMe(): Me | undefined {
  const state = useSession();
  return state.kind === "signed-in" ? state.user : undefined;
}
