/** The player's keys. They work everywhere on the page, except where text is typed. */

export type Command =
  | { readonly kind: "toggle" | "latest" | "previous-gap" | "next-gap" | "mark-in" | "mark-out" | "copy-link" | "mute" | "fullscreen" }
  | { readonly kind: "jump"; readonly seconds: number }
  | { readonly kind: "speed"; readonly step: 1 | -1 };

interface Key {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

export function commandOf(event: Key): Command | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  switch (event.key) {
    case " ":
    case "k":
      return { kind: "toggle" };
    case "ArrowLeft":
      return { kind: "jump", seconds: event.shiftKey ? -60 : -10 };
    case "ArrowRight":
      return { kind: "jump", seconds: event.shiftKey ? 60 : 10 };
    case "[":
      return { kind: "previous-gap" };
    case "]":
      return { kind: "next-gap" };
    case ",":
      return { kind: "speed", step: -1 };
    case ".":
      return { kind: "speed", step: 1 };
    case "End":
      return { kind: "latest" };
    case "i":
      return { kind: "mark-in" };
    case "o":
      return { kind: "mark-out" };
    case "c":
      return { kind: "copy-link" };
    case "m":
      return { kind: "mute" };
    case "f":
      return { kind: "fullscreen" };
    default:
      return undefined;
  }
}

/** Whether the key belongs to the element that has the focus. */
export function isTaken(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest("input, textarea, select, [role=dialog], [role=menu]")) return true;
  return (key === " " || key === "Enter") && target.closest("button, a") !== null;
}
