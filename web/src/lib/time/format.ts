/** Times and amounts as text. Clock times are local to the browser and 24-hour, everywhere. */
import type { Millis } from "../footage/types";

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const shortClock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short" });
const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "short" });
const fullDay = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const zone = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" });

/** `14:03:22` */
export function formatClock(at: Millis): string {
  return clock.format(at);
}

/** `14:03` */
export function formatShortClock(at: Millis): string {
  return shortClock.format(at);
}

/** `14:03:22.5`: for footage, where tenths matter. */
export function formatPreciseClock(at: Millis): string {
  const tenth = Math.floor((((at % 1000) + 1000) % 1000) / 100);
  return `${clock.format(at)}.${tenth}`;
}

/** `Fri 20 Nov` */
export function formatDay(at: Millis): string {
  return day.format(at).replace(",", "");
}

/** `Friday 20 November 2026, 14:03:22 CET`: for labels and screen readers. */
export function formatFull(at: Millis): string {
  return `${fullDay.format(at)}, ${clock.format(at)} ${formatZone(at)}`;
}

/** `CET`, or `GMT+1` where the zone has no short name; it depends on the date. */
export function formatZone(at: Millis): string {
  return zone.formatToParts(at).find((part) => part.type === "timeZoneName")?.value ?? "local time";
}

/** The browser's zone, as `Europe/Paris`. */
export function zoneName(): string {
  return zone.resolvedOptions().timeZone;
}

/** `14:03:22` today, `Thu 14:03:22` in the last days, `Thu 19 Nov 14:03:22` before. */
export function formatMoment(at: Millis, now: Millis): string {
  if (isSameDay(at, now)) return formatClock(at);
  const days = now - at < 6 * 86_400_000 ? weekday.format(at) : formatDay(at);
  return `${days} ${formatClock(at)}`;
}

/** The page's clock may be so much behind the server's (`lib/time/clock.ts`). */
const CLOCK_ERROR = 2_000;

/** As `formatMoment`; of the future, and of long ago, only the day with its year. */
export function formatAny(at: Millis, now: Millis): string {
  const isFar = at > now + CLOCK_ERROR || now - at > 300 * 86_400_000;
  return isFar ? `${formatDay(at)} ${new Date(at).getFullYear()}` : formatMoment(at, now);
}

function isSameDay(a: Millis, b: Millis): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

/** `0.4 s`, `12 s`, `2 min 14 s`, `3 h 20 min`, `2 d 4 h`: two units at most. */
export function formatDuration(millis: Millis): string {
  const seconds = Math.max(0, millis) / 1000;
  if (seconds < 9.95) return `${trim(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return join(Math.floor(whole / 60), "min", whole % 60, "s");
  const minutes = Math.round(whole / 60);
  if (minutes < 1440) return join(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const hours = Math.round(minutes / 60);
  return join(Math.floor(hours / 24), "d", hours % 24, "h");
}

function join(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
}

/** `2.1 Mbit/s` */
export function formatBitrate(bitsPerSecond: number): string {
  if (bitsPerSecond < 1e6) return `${Math.round(bitsPerSecond / 1e3)} kbit/s`;
  return `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s`;
}

/** `1.5 GB`, in powers of 1000 as disks are sold. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : trim(value.toFixed(1))} ${units[unit]}`;
}

/** `100 %`, `99.98 %`: never rounded up to a 100 that was not reached. */
export function formatRatio(ratio: number): string {
  if (ratio >= 1) return "100 %";
  const percent = Math.floor(ratio * 10_000) / 100;
  return `${percent >= 99 ? percent.toFixed(2) : percent.toFixed(1)} %`;
}

/** `25 fps`, `12.5 fps` */
export function formatFps(fps: number): string {
  return `${trim(fps.toFixed(1))} fps`;
}

function trim(number: string): string {
  return number.replace(/\.0$/, "");
}
