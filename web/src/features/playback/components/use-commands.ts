import { useState } from "react";
import { nextGap, previousGap } from "@/lib/footage/navigate";
import type { Footage, Millis } from "@/lib/footage/types";
import type { Player } from "../engine/player";
import { type Marks, markEnd, markStart } from "../engine/range";
import type { Command } from "../engine/shortcuts";
import { RATES } from "../engine/state";
import { useKeys } from "./use-keys";

interface Context {
  readonly player: Player;
  readonly footage: Footage;
  onCopyLink(at: Millis): void;
  onFullscreen(): void;
  onHelp(): void;
  /** Leaves full screen or the player, whichever is first. */
  onEscape(): void;
}

export interface Commands {
  readonly muted: boolean;
  readonly marks: Marks;
  readonly run: (command: Command) => void;
  readonly setMuted: (muted: boolean) => void;
  readonly clearMarks: () => void;
}

/** So much before a gap its last pictures are played from. */
const RUN_UP = 5_000;

/** What buttons and keys do. */
export function useCommands(context: Context): Commands {
  const [muted, setMuted] = useState(true);
  const [marks, setMarks] = useState<Marks>({});
  const { player } = context;

  const run = (command: Command) => {
    const at = player.getSnapshot().at;
    switch (command.kind) {
      case "toggle":
        return player.toggle();
      case "jump":
        return player.jump(command.seconds * 1000);
      case "frame":
        return player.step(command.step);
      case "latest":
        return player.latest();
      case "speed":
        return player.setRate(stepRate(player.getSnapshot().rate, command.step));
      case "mute":
        return setMuted(!muted);
      case "fullscreen":
        return context.onFullscreen();
      case "help":
        return context.onHelp();
      case "close":
        return context.onEscape();
      default:
        return at === undefined ? undefined : runAt(command.kind, at);
    }
  };
  const runAt = (kind: "previous-gap" | "next-gap" | "mark-in" | "mark-out" | "copy-link", at: Millis) => {
    if (kind === "copy-link") context.onCopyLink(at);
    else if (kind === "mark-in") setMarks(markStart(marks, at));
    else if (kind === "mark-out") setMarks(markEnd(marks, at));
    else goToGap(context, kind, at);
  };
  useKeys(run);
  return { muted, marks, run, setMuted, clearMarks: () => setMarks({}) };
}

function goToGap({ player, footage }: Context, kind: "previous-gap" | "next-gap", at: Millis): void {
  // Played from shortly before a gap, so "next" must not find the one just ahead again.
  const gap = kind === "next-gap" ? nextGap(footage, at + RUN_UP + 500) : previousGap(footage, at);
  if (gap) player.goTo(gap.start - RUN_UP);
}

function stepRate(rate: number, step: 1 | -1): number {
  const index = RATES.findIndex((option) => option >= rate);
  return RATES[Math.min(RATES.length - 1, Math.max(0, index + step))] ?? rate;
}
