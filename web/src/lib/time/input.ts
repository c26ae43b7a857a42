/** Local times as `<input type="datetime-local" step="1">` writes them: `2026-11-20T14:03:22`. */
import type { Millis } from "../footage/types";

export function toInput(at: Millis): string {
  const date = new Date(at);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Not before `at`: as the end of a stretch, it leaves nothing out. */
export function toInputAfter(at: Millis): string {
  return toInput(Math.ceil(at / 1000) * 1000);
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** Browsers leave the seconds out when they are zero. */
export function fromInput(text: string): Millis | undefined {
  const at = new Date(text).getTime();
  return Number.isNaN(at) ? undefined : at;
}
