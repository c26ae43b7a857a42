/** Made-up cameras with a believable past. It depends on the time alone: a reload shows the same. */
import type { KnownCause } from "../src/lib/footage/causes";
import type { Footage, Gap, Millis, Span } from "../src/lib/footage/types";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export interface MockCamera {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly codecs: readonly string[];
  /** RFC 6381. */
  readonly mime: string;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly bitrate: number;
  /** Hours before now at which recording was first switched on. */
  readonly sinceHours: number;
  /** Each repeats every day at the same time: hours of the UTC day, minutes long. */
  readonly daily: readonly DailyGap[];
  /** Lasts until now. */
  readonly current?: { readonly minutes: number; readonly cause: KnownCause; readonly details: string };
}

interface DailyGap {
  readonly hour: number;
  readonly minutes: number;
  readonly cause: KnownCause;
  readonly details: string;
}

const H264 = { codecs: ["h264", "aac"], mime: "avc1.64001f,mp4a.40.2", width: 1920, height: 1080 };
const restart: DailyGap = { hour: 4.2, minutes: 0.7, cause: "server_stopped", details: "Nightjar was stopped and started again." };

const ORIGINALS: readonly MockCamera[] = [
  { ...basics(1, "front-door", "Front door"), ...H264, fps: 25, bitrate: 2_140_000, daily: [restart, unreachable(9.6, 2.2), unreachable(17.1, 11)] },
  { ...basics(2, "yard", "Yard"), ...H264, width: 2560, height: 1440, fps: 20, bitrate: 4_020_000, daily: [restart, stalled(1.5, 24), stalled(2.4, 6), codecChange(13)] },
  {
    ...basics(3, "garage", "Garage"), ...H264, codecs: ["h264"], fps: 15, bitrate: 0, daily: [restart, unreachable(6, 35)],
    current: { minutes: 13.4, cause: "camera_unreachable", details: "Connection refused by 192.168.1.23:554. Next attempt in 30 s." },
  },
  {
    ...basics(4, "loading-dock", "Loading dock, north side, gate 3 to 5"), codecs: ["h265", "aac"], mime: "hvc1.1.6.L150.B0,mp4a.40.2",
    width: 3840, height: 2160, fps: 25, bitrate: 6_300_000, daily: [restart, { hour: 11, minutes: 48, cause: "disk_full", details: "The volume was full." }],
  },
  { ...basics(5, "car-park", "Car park"), ...H264, fps: 12.5, bitrate: 850_000, sinceHours: 7, daily: [restart] },
  {
    ...basics(6, "office", "Office"), ...H264, fps: 0, bitrate: 0, daily: [restart],
    current: { minutes: 190, cause: "disabled", details: "Stopped by hand." },
  },
];

/** `MOCK_CAMERAS=200 npm run dev:mock`: as many, made of the same few. */
export const CAMERAS: readonly MockCamera[] = [...ORIGINALS, ...copies(Number(process.env["MOCK_CAMERAS"] ?? 0))];

function copies(total: number): MockCamera[] {
  return Array.from({ length: Math.max(0, total - ORIGINALS.length) }, (_, index) => {
    const original = ORIGINALS[index % ORIGINALS.length] ?? ORIGINALS[0];
    const number = index + ORIGINALS.length + 1;
    return { ...original, ...basics(number, `${original?.key}-${number}`, `${original?.name} ${number}`) } as MockCamera;
  });
}

function basics(number: number, key: string, name: string) {
  return { id: `0192f000-0000-7000-8000-00000000000${number}`, key, name, sinceHours: 24 * 400 };
}

function unreachable(hour: number, minutes: number): DailyGap {
  return { hour, minutes, cause: "camera_unreachable", details: "Timed out connecting to 192.168.1.20:554." };
}

function stalled(hour: number, minutes: number): DailyGap {
  return { hour, minutes, cause: "stream_stalled", details: "No packet for 10 s." };
}

function codecChange(hour: number): DailyGap {
  return { hour, minutes: 0.02, cause: "codec_change", details: "From 1920×1080 to 2560×1440." };
}

export function footageOf(camera: MockCamera, from: Millis, to: Millis, now: Millis): Footage {
  const begin = Math.max(from, now - camera.sinceHours * HOUR);
  const end = Math.min(to, now);
  const gaps = gapsOf(camera, now).filter((gap) => gap.end > begin && gap.start < end);
  const spans: Span[] = [];
  let at = begin;
  for (const gap of gaps) {
    if (gap.start > at) spans.push({ start: at, end: gap.start, open: false });
    at = Math.max(at, gap.end);
  }
  if (at < end) spans.push({ start: at, end, open: end === now });
  return { known: { start: from, end }, spans, gaps: gaps.map((gap) => ({ ...gap, start: Math.max(gap.start, begin), end: Math.min(gap.end, end) })) };
}

function gapsOf(camera: MockCamera, now: Millis): Gap[] {
  const gaps: Gap[] = [];
  const current = camera.current;
  const currentStart = current ? now - current.minutes * MINUTE : now;
  const today = Math.floor(now / DAY) * DAY;
  for (let day = today - 5 * DAY; day <= today; day += DAY) {
    for (const gap of camera.daily.toSorted((a, b) => a.hour - b.hour)) {
      const start = day + gap.hour * HOUR;
      const end = start + gap.minutes * MINUTE;
      if (end < currentStart - MINUTE) gaps.push({ start, end, open: false, cause: gap.cause, details: gap.details });
    }
  }
  if (current) gaps.push({ start: currentStart, end: now, open: true, cause: current.cause, details: current.details });
  return gaps;
}
