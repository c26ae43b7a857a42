import { describe, expect, it } from "vitest";
import { axis } from "./ticks";
import { DAY, dataWindow, HOUR, isFullDay, LAST_DAY, MIN_SPAN, MINUTE, pan, reveal, viewWindow, zoom, zoomStep } from "./view";

const now = Date.parse("2026-11-20T13:38:41Z");

describe("the time that a timeline shows", () => {
  it("is the last day, up to a little beyond now", () => {
    const window = viewWindow(LAST_DAY, now);
    expect(window.end).toBeGreaterThan(now);
    expect(window.end - window.start).toBe(DAY);
    expect(isFullDay(LAST_DAY)).toBe(true);
  });

  it("keeps the time under the pointer when it is zoomed", () => {
    const anchor = now - 10 * HOUR;
    const view = zoom(LAST_DAY, 0.5, anchor, now);
    const before = viewWindow(LAST_DAY, now);
    const after = viewWindow(view, now);
    expect((anchor - after.start) / (after.end - after.start)).toBeCloseTo((anchor - before.start) / DAY, 9);
    expect(after.end - after.start).toBe(DAY / 2);
  });

  it("goes through the usual lengths by its buttons, and stays at the present", () => {
    let view = LAST_DAY;
    const spans = [];
    for (let i = 0; i < 12; i += 1) {
      view = zoomStep(view, "in", now, now);
      const window = viewWindow(view, now);
      spans.push((window.end - window.start) / MINUTE);
      expect(view.kind).toBe("follow");
    }
    expect(spans).toEqual([720, 360, 180, 60, 30, 15, 5, 2, 1, 1, 1, 1]);
    expect(zoomStep(view, "out", now, now)).toEqual({ kind: "follow", span: 2 * MINUTE });
  });

  it("is never shorter than a minute nor longer than a day", () => {
    let view = LAST_DAY;
    for (let i = 0; i < 40; i += 1) view = zoom(view, 0.5, now - HOUR, now);
    const window = viewWindow(view, now);
    expect(window.end - window.start).toBe(MIN_SPAN);
    for (let i = 0; i < 40; i += 1) view = zoom(view, 2, now - HOUR, now);
    const wide = viewWindow(view, now);
    expect(wide.end - wide.start).toBe(DAY);
  });

  it("follows the present again when it is moved there", () => {
    const back = pan(LAST_DAY, -3 * HOUR, now);
    expect(back.kind).toBe("fixed");
    expect(pan(back, 2 * HOUR, now).kind).toBe("fixed");
    expect(pan(back, 4 * HOUR, now)).toEqual({ kind: "follow", span: DAY });
  });

  it("moves only for a time that is not in it", () => {
    expect(reveal(LAST_DAY, now - HOUR, now)).toBe(LAST_DAY);
    const window = viewWindow(reveal(LAST_DAY, now - 3 * DAY, now), now);
    expect(window.start).toBeLessThan(now - 3 * DAY);
    expect(window.end).toBeGreaterThan(now - 3 * DAY);
  });

  it("asks for one and the same stretch while it is inside the last day", () => {
    const recent = dataWindow(viewWindow(LAST_DAY, now), now);
    expect(recent).toMatchObject({ recent: true, end: now });
    const old = dataWindow({ start: now - 5 * DAY, end: now - 4.5 * DAY }, now);
    expect(old.recent).toBe(false);
    expect(old.start % DAY).toBe(0);
    expect(old.start).toBeLessThanOrEqual(now - 5 * DAY);
    expect(old.end).toBeGreaterThanOrEqual(now - 4.5 * DAY);
  });

  it("asks for whole days, also for the one that is not over yet", () => {
    const view = { start: now - 30 * HOUR, end: now - 6 * HOUR };
    expect(dataWindow(view, now)).toEqual({ start: Date.parse("2026-11-19T00:00:00Z"), end: Date.parse("2026-11-21T00:00:00Z"), recent: false });
    expect(dataWindow(view, now + 1)).toEqual(dataWindow(view, now));
  });
});

describe("the marks of the time axis", () => {
  it("are at round times and as far apart as they must be", () => {
    const { step, ticks } = axis({ start: now - HOUR, end: now }, 1000, 64);
    expect(step).toBe(5 * MINUTE);
    expect(ticks).toHaveLength(12);
    for (const tick of ticks) expect(tick.at % step).toBe(0);
  });

  it("are at round local times on a day of 25 hours", () => {
    // Clocks went back on 25 October 2026 in Europe/Paris (the tests' zone).
    const start = new Date(2026, 9, 25, 0, 0, 0).getTime();
    const { ticks } = axis({ start, end: start + 25 * HOUR }, 800, 64);
    expect(ticks.map((tick) => new Date(tick.at).getHours() % 2)).toEqual(ticks.map(() => 0));
    expect(ticks[0]).toEqual({ at: start, midnight: true });
    expect(ticks.at(-1)).toEqual({ at: start + 25 * HOUR, midnight: true });
  });
});
