/** What a key means on a track that has the focus. */
import { nextGap, previousGap } from "@/lib/footage/navigate";
import type { Footage, Interval, Millis } from "@/lib/footage/types";

export type TrackKey =
  | { readonly kind: "pick" }
  | { readonly kind: "zoom"; readonly factor: number }
  /** Move the cursor; `pan` moves the window so that it stays visible. */
  | { readonly kind: "move"; readonly to: Millis; readonly pan: Millis };

interface Key {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

export function trackKey(event: Key, footage: Footage, window: Interval, cursor: Millis, now: Millis): TrackKey | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const span = window.end - window.start;
  const step = (span / 100) * (event.shiftKey ? 10 : 1);
  const move = (to: Millis | undefined) => (to === undefined ? undefined : moveTo(Math.min(to, now), window));
  switch (event.key) {
    case "Enter":
      return { kind: "pick" };
    case "ArrowLeft":
    case "ArrowDown":
      return move(cursor - step);
    case "ArrowRight":
    case "ArrowUp":
      return move(cursor + step);
    case "Home":
      return move(window.start);
    case "End":
      return move(Math.min(window.end, now));
    case "PageUp":
      return move(previousGap(footage, cursor - 1)?.start);
    case "PageDown":
      return move(nextGap(footage, cursor)?.start);
    case "+":
    case "=":
      return { kind: "zoom", factor: 0.5 };
    case "-":
      return { kind: "zoom", factor: 2 };
    default:
      return undefined;
  }
}

function moveTo(to: Millis, window: Interval): TrackKey {
  const pan = to < window.start ? to - window.start : to > window.end ? to - window.end : 0;
  return { kind: "move", to, pan };
}
