import { describe, expect, it } from "vitest";
import { formatAny, formatBitrate, formatBytes, formatDuration, formatFps, formatMoment, formatPreciseClock, formatRatio, formatZone } from "./format";
import { fromInput, toInput, toInputAfter } from "./input";

// The tests run in Europe/Paris (vite.config.ts).
const at = Date.parse("2026-11-20T13:38:41.567Z");

describe("times as text", () => {
  it("are local, with tenths and the zone where they matter", () => {
    expect(formatPreciseClock(at)).toBe("14:38:41.5");
    expect(formatZone(at)).toBe("CET");
    expect(formatZone(Date.parse("2026-07-01T00:00:00Z"))).toMatch(/CEST|GMT\+2/);
  });

  it("name the day only when it is another one", () => {
    expect(formatMoment(at, at + 60_000)).toBe("14:38:41");
    expect(formatMoment(at, at + 86_400_000)).toBe("Fri 14:38:41");
    expect(formatMoment(at, at + 30 * 86_400_000)).toBe("Fri 20 Nov 14:38:41");
  });

  it("are days where the time of day says nothing, and times where the clocks differ a little", () => {
    expect(formatAny(at, at - 1_500)).toBe("14:38:41");
    expect(formatAny(at, at - 3_600_000)).toBe("Fri 20 Nov 2026");
    expect(formatAny(at, at + 301 * 86_400_000)).toBe("Fri 20 Nov 2026");
  });

  it("go through an input field and back", () => {
    expect(toInput(at)).toBe("2026-11-20T14:38:41");
    expect(toInputAfter(at)).toBe("2026-11-20T14:38:42");
    expect(toInputAfter(at - 567)).toBe("2026-11-20T14:38:41");
    expect(fromInput("2026-11-20T14:38:41")).toBe(at - 567);
    expect(fromInput("2026-11-20T14:38")).toBe(at - 41_567);
    expect(fromInput("")).toBeUndefined();
  });
});

describe("amounts as text", () => {
  it.each([
    [0, "0 s"], [400, "0.4 s"], [9_960, "10 s"], [59_400, "59 s"], [59_600, "1 min"], [134_000, "2 min 14 s"],
    [3_600_000, "1 h"], [12_000_000, "3 h 20 min"], [86_400_000, "1 d"], [187_200_000, "2 d 4 h"],
  ])("%i ms are %s", (millis, text) => expect(formatDuration(millis)).toBe(text));

  it.each([[1, "100 %"], [0.99999, "99.99 %"], [0.9912, "99.12 %"], [0.5, "50.0 %"], [0, "0.0 %"]])("a share of %f is %s", (ratio, text) =>
    expect(formatRatio(ratio)).toBe(text),
  );

  it("have units", () => {
    expect(formatBitrate(2_140_000)).toBe("2.1 Mbit/s");
    expect(formatBitrate(850_000)).toBe("850 kbit/s");
    expect(formatBytes(1_500_000_000)).toBe("1.5 GB");
    expect(formatBytes(999)).toBe("999 B");
    expect(formatFps(25)).toBe("25 fps");
    expect(formatFps(12.5)).toBe("12.5 fps");
  });
});
