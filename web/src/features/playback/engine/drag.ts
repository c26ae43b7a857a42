/** A drag over the timeline: which of its moments to show, so that the picture follows as fast as it comes. */
import type { Millis } from "@/lib/footage/types";
import { type Piece, positionOf, wallAt } from "./pieces";

/** Footage that no session has is asked for once the pointer rests for so long. */
const REST: Millis = 250;
/** A picture farther than this from the pointer says nothing about its time: there is a gap. */
const NEAR: Millis = 500;

export class Drag {
  private moved: Millis = 0;
  private shown: Millis | undefined;
  private asked: Millis | undefined;

  constructor(
    public at: Millis,
    now: Millis,
  ) {
    this.moved = now;
  }

  move(at: Millis, now: Millis): void {
    this.at = at;
    this.moved = now;
  }

  /** Where to seek to; none if the picture is there already, or there is none. */
  nextPosition(pieces: readonly Piece[]): number | undefined {
    if (this.shown === this.at) return undefined;
    this.shown = this.at;
    const position = positionOf(pieces, this.at);
    const wall = position === undefined ? undefined : wallAt(pieces, position);
    return wall !== undefined && Math.abs(wall - this.at) <= NEAR ? position : undefined;
  }

  /** Whether to ask for another session now. */
  wantsSession(now: Millis): boolean {
    if (now - this.moved < REST || this.asked === this.at) return false;
    this.asked = this.at;
    return true;
  }
}
