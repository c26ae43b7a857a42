/**
 * The server's clock, as the page knows it. Footage is on the server's time: with the browser's
 * own clock a few minutes off, "now" would lie in the future or in a hole that is not there.
 */
import { useSyncExternalStore } from "react";
import type { Millis } from "../footage/types";

/** Below this the difference is the network's delay, not the clocks'. */
const TOLERANCE = 1_500;

let offset: Millis = 0;
let current: Millis = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

export function now(): Millis {
  return Date.now() + offset;
}

/** A time of the browser's clock, by the server's. */
export function onServer(at: Millis): Millis {
  return at + offset;
}

/** To be told each time of day that the server writes into an answer. */
export function noteServerTime(serverTime: Millis): void {
  const difference = serverTime - Date.now();
  if (Math.abs(difference - offset) > TOLERANCE) offset = Math.abs(difference) > TOLERANCE ? difference : 0;
}

function subscribe(listener: () => void): () => void {
  // Nobody has asked since the last one left.
  if (timer === undefined) current = now();
  listeners.add(listener);
  timer ??= setInterval(tick, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function tick(): void {
  current = now();
  for (const listener of listeners) listener();
}

/** The server's time, once a second. */
export function useNow(): Millis {
  return useSyncExternalStore(subscribe, () => current);
}
