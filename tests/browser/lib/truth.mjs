// Which picture belongs to which time, found without Nightjar: ffprobe reads the sample tables of the
// stored files, ffmpeg decodes them, and the numbers are read from the pictures.
import { join } from "node:path";
import { decodeScaled } from "./strip.mjs";
import { run } from "./processes.mjs";

/** The pictures of a stored file in order: `{ time, number }`, seconds from the first one. */
export async function picturesOf(file) {
  const [times, numbers] = await Promise.all([presentationTimes(file), pictureNumbers(file)]);
  if (times.length !== numbers.length) throw new Error(`${file}: ${times.length} samples, ${numbers.length} pictures`);
  return times.map((time, index) => ({ time: time - times[0], number: numbers[index] }));
}

async function presentationTimes(file) {
  const args = ["-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pts_time", "-of", "csv=p=0", file];
  const text = (await run("ffprobe", args)).toString();
  return text.split("\n").map((line) => line.replace(/,.*$/, "")).filter(Boolean).map(Number).sort((a, b) => a - b);
}

async function pictureNumbers(file) {
  const scale = "crop=iw:max(16\\,floor(ih/20)):0:0,scale=80:4:flags=area,format=gray";
  const args = ["-nostdin", "-v", "error", "-i", file, "-map", "0:v:0", "-vf", scale, "-fps_mode", "passthrough", "-f", "rawvideo", "-"];
  return decodeScaled(await run("ffmpeg", args));
}

/** The truth about a camera: its finished files (as `/storage/segments` lists them) and their pictures. */
export class Truth {
  constructor(segments, footage) {
    this.segments = segments.map((segment) => ({
      ...segment,
      from: Date.parse(segment.start),
      to: Date.parse(segment.end),
      file: join(footage, segment.key),
      pictures: undefined,
    }));
  }

  /** The file that holds a time. */
  segmentAt(wall) {
    return this.segments.find((segment) => segment.from <= wall && wall < segment.to);
  }

  /** Time and number of the pictures of a file. */
  async pictures(segment) {
    segment.pictures ??= picturesOf(segment.file);
    return segment.pictures;
  }

  /** The number of the picture that is shown at a time, and how far the next change of picture is. */
  async at(wall) {
    const segment = this.segmentAt(wall);
    if (!segment) return undefined;
    const pictures = await this.pictures(segment);
    const into = (wall - segment.from) / 1000;
    const index = pictures.findLastIndex((picture) => picture.time <= into);
    const picture = pictures[index];
    const next = pictures[index + 1]?.time ?? (segment.to - segment.from) / 1000;
    return { number: picture.number, margin: Math.min(into - picture.time, next - into) * 1000, segment };
  }
}
