/** Which frame is on the screen, and where the one before or after it is. */
import type { Piece } from "./pieces";

/** Seconds; until two frames have been seen. */
const USUAL = 1 / 25;
const SHORTEST = 1 / 240;
/** So many distances between frames are remembered: at a high speed the browser leaves frames out. */
const REMEMBERED = 12;

export class FrameClock {
  /** The position of the frame on the screen. */
  shown: number | undefined;
  private distances: number[] = [];

  /** Seconds between two frames. */
  get distance(): number {
    return this.distances.length > 0 ? Math.min(...this.distances) : USUAL;
  }

  note(position: number): void {
    const distance = this.shown === undefined ? 0 : position - this.shown;
    this.shown = position;
    if (distance >= SHORTEST && distance < 1) this.distances = [...this.distances, distance].slice(-REMEMBERED);
  }

  /** Notes each frame that is put on the screen. */
  watch(video: HTMLVideoElement): () => void {
    if (!("requestVideoFrameCallback" in video)) return () => {};
    let handle = 0;
    const next = () => {
      handle = video.requestVideoFrameCallback((_, { mediaTime }) => {
        this.note(mediaTime);
        next();
      });
    };
    next();
    return () => video.cancelVideoFrameCallback(handle);
  }
}

/**
 * Where to seek to for the next frame (`step` 1) or the one before (-1). A quarter of a frame inwards: rounding must not
 * show its neighbour. Backwards over an entry without media: to the last frame before it.
 */
export function stepFrom(pieces: readonly Piece[], shown: number, current: number, distance: number, step: 1 | -1): number {
  if (step === 1) {
    const next = shown + distance * 1.25;
    // The frame on the screen lasts longer than the others.
    return next > current + 0.001 ? next : current + distance;
  }
  const before = Math.max(0, shown - distance * 0.75);
  const gap = pieces.findLast((piece) => piece.gap && piece.position <= before && before < piece.position + piece.duration);
  return gap ? Math.max(0, gap.position - distance * 0.75) : before;
}
