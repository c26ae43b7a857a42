/** Where to join a recording that goes on, so that what is loaded does not run out. */
import type { Millis } from "@/lib/footage/types";
import { lastWall, type Piece, positionOf } from "./pieces";

/** So many entries behind the present: the one that is being recorded, and one until the playlist is loaded again. */
const ENTRIES = 2;
/** Until an entry that has ended is committed, listed and loaded. */
const DELAY: Millis = 2_000;
/** Behind the end of a recording that has not gone on for a while. */
const RUN_UP: Millis = 3_000;
/** A look at the last few entries tells how long they are. */
const LOOK_BACK = 4;

/**
 * The newest time that can be played without a pause: a playlist grows by whole entries of four seconds and more, so
 * from closer to its end the player would wait for the next entry again and again. None without footage.
 */
export function liveEdge(pieces: readonly Piece[], now: Millis): Millis | undefined {
  const end = lastWall(pieces);
  if (end === undefined) return undefined;
  const longest = Math.max(...pieces.slice(-LOOK_BACK).filter((piece) => !piece.gap).map((piece) => piece.duration), 0);
  return Math.min(end - RUN_UP, now - longest * 1_000 * ENTRIES - DELAY);
}

/** Where to seek for a time in a list that grows: a time that is not in it yet, or just before its end, is the live edge. */
export function placeInGrowing(pieces: readonly Piece[], at: Millis, now: Millis): number | undefined {
  const end = lastWall(pieces);
  const edge = liveEdge(pieces, now);
  if (end === undefined || edge === undefined || at <= end - RUN_UP) return positionOf(pieces, at);
  return positionOf(pieces, edge);
}
