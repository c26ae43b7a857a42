/** A minute of test picture as fragmented MP4, made once with ffmpeg and looped over all recorded time. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const FILE = fileURLToPath(new URL("../node_modules/.cache/nightjar-mock/clip.mp4", import.meta.url));
export const PIECE_SECONDS = 4;
export const CLIP_SECONDS = 60;

export interface Clip {
  readonly bytes: Buffer;
  readonly initLength: number;
  /** One a fragment, each `PIECE_SECONDS` long. */
  readonly pieces: readonly { readonly offset: number; readonly length: number }[];
}

let loaded: Promise<Clip> | undefined;

export function loadClip(): Promise<Clip> {
  loaded ??= make().catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function make(): Promise<Clip> {
  if (!existsSync(FILE)) {
    await mkdir(dirname(FILE), { recursive: true });
    const unfinished = `${FILE}.part.mp4`;
    const source = `testsrc2=size=1280x720:rate=25:duration=${CLIP_SECONDS}`;
    const gop = String(25 * PIECE_SECONDS);
    await promisify(execFile)("ffmpeg", [
      ...["-nostdin", "-loglevel", "error", "-y", "-f", "lavfi", "-i", source],
      ...["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-bf", "0", "-g", gop, "-keyint_min", gop, "-sc_threshold", "0"],
      ...["-movflags", "+frag_keyframe+empty_moov+default_base_moof", unfinished],
    ]);
    await rename(unfinished, FILE);
  }
  return index(await readFile(FILE));
}

/** Finds the init section and the fragments by walking the top-level boxes (ISO 14496-12 §4.2). */
function index(bytes: Buffer): Clip {
  const pieces: { offset: number; length: number }[] = [];
  let initLength = 0;
  for (let offset = 0; offset + 8 <= bytes.length; ) {
    const length = bytes.readUInt32BE(offset);
    const kind = bytes.toString("latin1", offset + 4, offset + 8);
    const last = pieces.at(-1);
    if (kind === "moof") pieces.push({ offset, length });
    else if (kind === "mdat" && last) last.length += length;
    else if (pieces.length === 0) initLength = offset + length;
    offset += length;
  }
  return { bytes, initLength, pieces };
}
