/** The player's keys. They work everywhere on the page, except where another element uses the key itself. */

export type Command =
  | {
      readonly kind:
        | "toggle"
        | "latest"
        | "previous-gap"
        | "next-gap"
        | "mark-in"
        | "mark-out"
        | "copy-link"
        | "mute"
        | "fullscreen"
        | "help"
        | "close";
    }
  | { readonly kind: "jump"; readonly seconds: number }
  | { readonly kind: "frame"; readonly step: 1 | -1 }
  | { readonly kind: "speed"; readonly step: 1 | -1 };

interface Key {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

interface Shortcut {
  /** As on the keyboard. */
  readonly keys: readonly string[];
  readonly does: string;
}

/** For the help; in the order in which they are learned. */
export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ["Space", "K"], does: "Play or pause" },
  { keys: ["J", "L"], does: "Back or forward 10 seconds" },
  { keys: ["←", "→"], does: "Back or forward 5 seconds" },
  { keys: ["Shift ←", "Shift →"], does: "Back or forward 1 minute" },
  { keys: [",", "."], does: "Previous or next frame" },
  { keys: ["<", ">"], does: "Slower or faster" },
  { keys: ["P", "N"], does: "Previous or next gap" },
  { keys: ["End"], does: "Latest picture" },
  { keys: ["[", "]"], does: "Start or end of a clip" },
  { keys: ["C"], does: "Copy a link to this moment" },
  { keys: ["M"], does: "Sound on or off" },
  { keys: ["F"], does: "Full screen" },
  { keys: ["Esc"], does: "Leave full screen, then close the player" },
  { keys: ["?"], does: "Show this list" },
];

export function commandOf(event: Key): Command | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  // With Caps Lock on, letters arrive as capitals.
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return (event.shiftKey ? SHIFTED[key] : undefined) ?? COMMANDS.get(key);
}

const SHIFTED: Readonly<Record<string, Command>> = {
  ArrowLeft: { kind: "jump", seconds: -60 },
  ArrowRight: { kind: "jump", seconds: 60 },
};

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>(Object.entries({
  " ": { kind: "toggle" },
  k: { kind: "toggle" },
  j: { kind: "jump", seconds: -10 },
  l: { kind: "jump", seconds: 10 },
  ArrowLeft: { kind: "jump", seconds: -5 },
  ArrowRight: { kind: "jump", seconds: 5 },
  ",": { kind: "frame", step: -1 },
  ".": { kind: "frame", step: 1 },
  "<": { kind: "speed", step: -1 },
  ">": { kind: "speed", step: 1 },
  p: { kind: "previous-gap" },
  n: { kind: "next-gap" },
  "[": { kind: "mark-in" },
  i: { kind: "mark-in" },
  "]": { kind: "mark-out" },
  o: { kind: "mark-out" },
  End: { kind: "latest" },
  c: { kind: "copy-link" },
  m: { kind: "mute" },
  f: { kind: "fullscreen" },
  "?": { kind: "help" },
  Escape: { kind: "close" },
} satisfies Record<string, Command>));

/** Whether a command may be repeated by holding its key down. */
export function repeats(command: Command): boolean {
  return command.kind === "jump" || command.kind === "frame" || command.kind === "speed";
}

/** These use all keys themselves. */
const OWN_KEYS =
  "input, textarea, select, [contenteditable=true], [role=dialog], [role=alertdialog], [role=menu], [role=listbox], [role=combobox], [role=checkbox], [role=switch], [role=tab]";

/**
 * Whether the key belongs to the element that has the focus. A button that was reached with the keyboard is pressed by
 * Space; one that has the focus only because it was clicked is not: there Space plays and pauses, as in other players.
 */
export function isTaken(target: EventTarget | null, key: string, focusedByPointer: boolean): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest(OWN_KEYS)) return true;
  return key === " " && !focusedByPointer && target.closest("button, summary, [role=button]") !== null;
}
