/** A playlist over made-up footage: the looped clip where there is footage, `EXT-X-GAP` where not. */
import type { Footage, Millis } from "../src/lib/footage/types";
import { type Clip, CLIP_SECONDS, PIECE_SECONDS } from "./clip.ts";

export function playlist(footage: Footage, from: Millis, to: Millis | undefined, clip: Clip, clipUrl: string): string {
  const lines = [
    ...["#EXTM3U", "#EXT-X-VERSION:8", `#EXT-X-TARGETDURATION:${PIECE_SECONDS}`, "#EXT-X-MEDIA-SEQUENCE:0"],
    ...["#EXT-X-INDEPENDENT-SEGMENTS", to === undefined ? "#EXT-X-PLAYLIST-TYPE:EVENT" : "#EXT-X-PLAYLIST-TYPE:VOD"],
    `#EXT-X-MAP:URI="${clipUrl}",BYTERANGE="${clip.initLength}@0"`,
  ];
  let previous = -1;
  let wall = -1;
  for (const span of footage.spans) {
    const first = Math.ceil(Math.max(span.start, from) / 1000 / PIECE_SECONDS);
    const last = Math.floor(span.end / 1000 / PIECE_SECONDS);
    for (let piece = first; piece < last; piece += 1) {
      const start = piece * PIECE_SECONDS * 1000;
      const jumped = wall >= 0 && start !== wall;
      if (jumped) lines.push(...gapEntries(wall, start));
      const number = piece % (CLIP_SECONDS / PIECE_SECONDS);
      const range = clip.pieces[number];
      if (!range) continue;
      if (previous >= 0 && (jumped || number !== previous + 1)) lines.push("#EXT-X-DISCONTINUITY");
      lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(start).toISOString()}`);
      lines.push(`#EXTINF:${PIECE_SECONDS},`, `#EXT-X-BYTERANGE:${range.length}@${range.offset}`, clipUrl);
      previous = number;
      wall = start + PIECE_SECONDS * 1000;
    }
  }
  if (to !== undefined) lines.push("#EXT-X-ENDLIST");
  return `${lines.join("\n")}\n`;
}

/** One entry, however long the gap is: its duration is kept short, the wall clock says the truth. */
function gapEntries(from: Millis, _to: Millis): string[] {
  return ["#EXT-X-DISCONTINUITY", "#EXT-X-GAP", `#EXT-X-PROGRAM-DATE-TIME:${new Date(from).toISOString()}`, "#EXTINF:1,", "gap.m4s"];
}
