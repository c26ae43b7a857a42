/**
 * A page that is left while it renews may never see the answer, though the server has already
 * changed the cookie. The request outlives the page (`keepalive`); whoever renews next waits
 * until its answer has arrived, or it would send the old cookie a second time.
 */
import type { Millis } from "../footage/types";
import { pause, type Shelf } from "./lock";

const KEY = "nightjar.renewing";
/** By then the answer has come or never will. */
const PATIENCE: Millis = 1_500;

export async function uninterrupted<T>(storage: Shelf | undefined, work: () => Promise<T>): Promise<T> {
  if (!storage) return work();
  const since = Number(storage.getItem(KEY) ?? Number.NaN);
  const age = Date.now() - since;
  if (age >= 0 && age < PATIENCE) await pause(PATIENCE - age);
  storage.setItem(KEY, String(Date.now()));
  try {
    return await work();
  } finally {
    storage.removeItem(KEY);
  }
}
