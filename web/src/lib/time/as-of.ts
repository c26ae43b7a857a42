/** What is shown may be older than now: while the server answers with errors, what it said before stays on the page. */
import { createContext, useContext } from "react";
import type { Millis } from "../footage/types";
import { onServer, useNow } from "./clock";

/** What is needed of a query's result. */
export interface Answer {
  readonly isError: boolean;
  /** Of the last good answer, by the browser's clock; 0: there was none. */
  readonly dataUpdatedAt: Millis;
}

/** From when what is shown is, by the server's clock; none: from now. */
export function asOf({ isError, dataUpdatedAt }: Answer): Millis | undefined {
  return isError && dataUpdatedAt > 0 ? onServer(dataUpdatedAt) : undefined;
}

/** For everything inside: from when what is shown is. */
export const AsOf = createContext<Millis | undefined>(undefined);

/** The time up to which something has lasted for certain. */
export function useKnownNow(): Millis {
  const now = useNow();
  return useContext(AsOf) ?? now;
}
