import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HOUR } from "@/lib/footage/view";
import { timelineQuery } from "./api/timeline";

const now = Date.parse("2026-11-20T13:38:41Z");
const yesterday = { start: now - 30 * HOUR, end: now - 6 * HOUR };

beforeEach(() => void vi.useFakeTimers({ now }));
afterEach(() => void vi.useRealTimers());

/** How often it is asked for again, in a state. */
function interval(view: { start: number; end: number }, status: "success" | "error" = "success", isLive = false) {
  const { refetchInterval } = timelineQuery("c1", view, { isLive, shown: 1 });
  return typeof refetchInterval === "function" ? refetchInterval({ state: { status } } as Parameters<typeof refetchInterval>[0]) : refetchInterval;
}

describe("the footage that a view needs", () => {
  it("is the same question a moment later, also while its last day goes on", () => {
    const before = timelineQuery("c1", yesterday, { isLive: false, shown: 1 }).queryKey;
    vi.setSystemTime(now + 1);
    expect(timelineQuery("c1", yesterday, { isLive: false, shown: 1 }).queryKey).toEqual(before);
  });

  it("is asked for again while it can change, or could not be read", () => {
    expect(interval({ start: now - HOUR, end: now })).toBe(5_000);
    expect(interval(yesterday)).toBe(5_000);
    const old = { start: now - 90 * HOUR, end: now - 80 * HOUR };
    expect(interval(old)).toBe(false);
    expect(interval(old, "error")).toBe(5_000);
  });

  it("is hardly asked for again while changes are told", () => {
    expect(interval({ start: now - HOUR, end: now }, "success", true)).toBe(60_000);
    expect(interval({ start: now - HOUR, end: now }, "error", true)).toBe(5_000);
  });
});
