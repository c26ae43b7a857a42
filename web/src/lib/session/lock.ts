/** One tab at a time. */
import type { Millis } from "../footage/types";

export type Exclusive = <T>(work: () => Promise<T>) => Promise<T>;

/** What the browser gives for it: locks only on https and on localhost, storage nearly always. */
export function makeExclusive(name: string): Exclusive {
  if (typeof navigator !== "undefined" && "locks" in navigator) return async (work) => await navigator.locks.request(name, async () => await work());
  const storage = usableStorage();
  return storage ? leasedIn(storage, name) : (work) => work();
}

export interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** A tab that is closed while it holds the lease does not give it back: it ends by itself. While it works, it is renewed. */
const LEASE: Millis = 15_000;
/** As long as a write takes to be seen by all tabs, and more. */
const SETTLE: Millis = 40;

/** The lock for pages without `navigator.locks`: who finds its own name again after a while has it. */
export function leasedIn(storage: Shelf, name: string): Exclusive {
  const key = `${name}.lease`;
  const me = Math.random().toString(36).slice(2);
  let tail: Promise<unknown> = Promise.resolve();
  const hold = () => storage.setItem(key, JSON.stringify({ by: me, until: Date.now() + LEASE }));
  const isMine = () => read(storage, key)?.by === me;
  const take = async () => {
    for (;;) {
      const holder = read(storage, key);
      if (!holder || holder.until < Date.now()) {
        hold();
        await pause(SETTLE);
        if (isMine()) return;
      }
      await pause(SETTLE + Math.random() * SETTLE);
    }
  };
  return (work) => {
    const run = async () => {
      await take();
      const renewal = setInterval(() => isMine() && hold(), LEASE / 3);
      try {
        return await work();
      } finally {
        clearInterval(renewal);
        if (isMine()) storage.removeItem(key);
      }
    };
    const result = tail.then(run, run);
    tail = result.catch(() => {});
    return result;
  };
}

function read(storage: Shelf, key: string): { by: string; until: Millis } | undefined {
  try {
    return (JSON.parse(storage.getItem(key) ?? "null") as { by: string; until: Millis } | null) ?? undefined;
  } catch {
    return undefined;
  }
}

export function usableStorage(): Storage | undefined {
  try {
    localStorage.setItem("nightjar.probe", "1");
    localStorage.removeItem("nightjar.probe");
    return localStorage;
  } catch {
    return undefined;
  }
}

export function pause(millis: Millis): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}
