/** Footage that goes on while nothing else is told. */
import type { Footage, Interval, Millis } from "./types";

const grown = new WeakMap<Footage, { readonly to: Millis; readonly footage: Footage }>();

/** What is open lasts until then; the same object for the same time. */
export function grownTo(footage: Footage, to: Millis): Footage {
  const known = grown.get(footage);
  if (known?.to === to) return known.footage;
  const isOpen = [footage.spans.at(-1), footage.gaps.at(-1)].some((one) => one?.open === true && one.end < to);
  const next = isOpen ? { known: { ...footage.known, end: Math.max(footage.known.end, to) }, spans: footage.spans.map(longer(to)), gaps: footage.gaps.map(longer(to)) } : footage;
  grown.set(footage, { to, footage: next });
  return next;
}

function longer(to: Millis) {
  return <T extends Interval & { readonly open: boolean }>(interval: T): T => (interval.open && interval.end < to ? { ...interval, end: to } : interval);
}
