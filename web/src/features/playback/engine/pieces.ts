/**
 * The two clocks of a playlist: positions (seconds, what the <video> counts) and wall-clock times
 * (when it was filmed). A playlist is a row of pieces; the wall clock jumps where footage is missing.
 */
import type { Interval, Millis } from "@/lib/footage/types";

export interface Piece {
  /** Seconds from the beginning of the playlist. */
  readonly position: number;
  /** Seconds. */
  readonly duration: number;
  readonly wall: Millis;
  /** Nothing to load here (`EXT-X-GAP`). */
  readonly gap: boolean;
}

/** A jump of the wall clock smaller than this is rounding, not missing footage. */
const JUMP = 250;

export function wallAt(pieces: readonly Piece[], position: number): Millis | undefined {
  const piece = pieceAt(pieces, position);
  if (!piece) return undefined;
  const into = Math.min(Math.max(position - piece.position, 0), piece.duration);
  return piece.wall + into * 1000;
}

/** Where to seek for a time: into the piece that holds it, else to the next footage after it. */
export function positionOf(pieces: readonly Piece[], wall: Millis): number | undefined {
  for (const piece of pieces) {
    if (piece.gap || wallEnd(piece) <= wall) continue;
    return piece.position + Math.max(0, wall - piece.wall) / 1000;
  }
  return undefined;
}

/** The time behind the last footage. */
export function lastWall(pieces: readonly Piece[]): Millis | undefined {
  const last = pieces.findLast((piece) => !piece.gap);
  return last && wallEnd(last);
}

export function endPosition(pieces: readonly Piece[]): number {
  const last = pieces.at(-1);
  return last ? last.position + last.duration : 0;
}

/** The position behind the gap that starts at or just after `position`, if one does. */
export function gapExit(pieces: readonly Piece[], position: number, tolerance: number): number | undefined {
  const at = pieces.findIndex(
    (piece) => piece.gap && piece.position - tolerance <= position && position < piece.position + piece.duration,
  );
  if (at < 0) return undefined;
  return pieces.slice(at).find((piece) => !piece.gap)?.position;
}

/** The stretches of wall-clock time that are missing between two positions. */
export function skippedBetween(pieces: readonly Piece[], from: number, to: number): Interval[] {
  const footage = pieces.filter((piece) => !piece.gap && piece.position + piece.duration > from && piece.position <= to);
  const skipped: Interval[] = [];
  for (const [index, piece] of footage.entries()) {
    const next = footage[index + 1];
    if (next && next.wall - wallEnd(piece) > JUMP) skipped.push({ start: wallEnd(piece), end: next.wall });
  }
  return skipped;
}

function wallEnd(piece: Piece): Millis {
  return piece.wall + piece.duration * 1000;
}

/** The last piece that starts at or before the position; the first one for an earlier position. */
function pieceAt(pieces: readonly Piece[], position: number): Piece | undefined {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const piece = pieces[middle];
    if (piece && piece.position <= position) low = middle + 1;
    else high = middle;
  }
  return pieces[Math.max(0, low - 1)];
}
