/** Whether the server answers: told by every request, shown as a notice above the page. */
import { useSyncExternalStore } from "react";

export type Connection = "ok" | "lost";

/** One lost request may be a hiccup. */
const LOST_AFTER = 2;

let silent = 0;
const listeners = new Set<() => void>();

export function noteAnswer(): void {
  set(0);
}

export function noteSilence(): void {
  set(silent + 1);
}

function set(count: number): void {
  const before = connection();
  silent = count;
  if (connection() !== before) for (const listener of listeners) listener();
}

function connection(): Connection {
  return silent >= LOST_AFTER ? "lost" : "ok";
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useConnection(): Connection {
  return useSyncExternalStore(subscribe, connection);
}
