/** Two people have changed the same thing: who is second learns what the first one did, and keeps what was typed. */
import { ApiError } from "./transport";

export function isConflict(error: Error | null | undefined): boolean {
  return error instanceof ApiError && error.code === "VERSION_CONFLICT";
}

export type Outcome<T> =
  | { readonly kind: "saved"; readonly value: T }
  /** Nothing was saved; it is like this now. */
  | { readonly kind: "conflict"; readonly value: T };

/** Saves; where somebody was faster, reads what they have made of it. */
export async function savedOrNewest<T>(save: Promise<T>, read: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { kind: "saved", value: await save };
  } catch (error) {
    if (!(error instanceof Error && isConflict(error))) throw error;
    return { kind: "conflict", value: await read() };
  }
}

/** The fields in which two drafts differ. */
function differing<D extends object>(a: D, b: D): (keyof D)[] {
  return (Object.keys(a) as (keyof D)[]).filter((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key]));
}

/** What somebody else has changed, in words. */
export function changedFields<D extends object>(names: Readonly<Record<keyof D, string>>, before: D, now: D): string[] {
  return differing(before, now).map((key) => names[key]);
}

/** As it is now, with what was typed since `before` put on top. */
export function onTop<D extends object>(before: D, now: D, typed: D): D {
  return { ...now, ...Object.fromEntries(differing(before, typed).map((key) => [key, typed[key]])) };
}
