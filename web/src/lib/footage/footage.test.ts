import { describe, expect, it } from "vitest";
import { gapNear, layout, timeAt } from "./layout";
import { covers, gapAt, gapsBetween, latestRecorded, nextGap, previousGap, spanAt } from "./navigate";
import { slo, total } from "./slo";
import { type Footage, type Gap, NO_FOOTAGE } from "./types";

const gap = (start: number, end: number, cause: Gap["cause"] = "camera_unreachable"): Gap => ({ start, end, open: false, cause, details: "" });
const ALWAYS = { start: 0, end: 1e12 };
const footage: Footage = {
  known: { start: 0, end: 9000 },
  spans: [
    { start: 0, end: 1000, open: false },
    { start: 2000, end: 5000, open: false },
    { start: 6000, end: 9000, open: true },
  ],
  gaps: [gap(1000, 2000), gap(5000, 6000, "disabled")],
};

describe("finding one's way in footage", () => {
  it("knows what is at a time, ends not included", () => {
    expect(spanAt(footage, 0)?.end).toBe(1000);
    expect(spanAt(footage, 1000)).toBeUndefined();
    expect(gapAt(footage, 1000)?.cause).toBe("camera_unreachable");
    expect(gapAt(footage, 2000)).toBeUndefined();
    expect(spanAt(footage, 9000)).toBeUndefined();
  });

  it("finds the gaps around a time", () => {
    expect(nextGap(footage, 500)?.start).toBe(1000);
    expect(nextGap(footage, 1000)?.start).toBe(5000);
    expect(nextGap(footage, 5500)).toBeUndefined();
    expect(previousGap(footage, 2000)?.start).toBe(1000);
    expect(previousGap(footage, 1500)).toBeUndefined();
    expect(gapsBetween(footage, 1500, 5500)).toHaveLength(2);
  });

  it("knows the newest footage", () => {
    expect(latestRecorded(footage)).toBe(9000);
  });
});

describe("what was not asked for", () => {
  it("is not taken for what was not recorded", () => {
    expect(covers(footage, { start: 0, end: 9000 }, 9000)).toBe(true);
    expect(covers(footage, { start: -1, end: 9000 }, 9000)).toBe(false);
    expect(covers(footage, { start: 0, end: 9001 }, 1e9)).toBe(false);
    // The present is known as of the last answer.
    expect(covers(footage, { start: 0, end: 70_000 }, 60_000)).toBe(true);
    expect(covers(NO_FOOTAGE, { start: 0, end: 9000 }, 1e9)).toBe(false);
  });
});

describe("the share that was recorded", () => {
  it("counts losses, and nothing that was not meant to be recorded", () => {
    expect(slo(footage, { start: 0, end: 9000 })).toEqual({ recorded: 7000, lost: 1000, ratio: 7000 / 8000 });
  });

  it("counts only what is shown", () => {
    expect(slo(footage, { start: 1500, end: 2500 })).toEqual({ recorded: 500, lost: 500, ratio: 0.5 });
    expect(slo(footage, { start: 5000, end: 6000 }).ratio).toBeUndefined();
  });

  it("weighs cameras by their time", () => {
    const sum = total([slo(footage, { start: 0, end: 9000 }), { recorded: 1000, lost: 0, ratio: 1 }]);
    expect(sum.ratio).toBe(8000 / 9000);
  });
});

describe("laying footage out in pixels", () => {
  const window = { start: 0, end: 10_000 };

  it("puts bars where the times are", () => {
    const bars = layout(footage, window, 1000);
    expect(bars.filter((bar) => bar.kind === "recorded").map((bar) => [bar.x, bar.width])).toEqual([[0, 100], [200, 300], [600, 300]]);
    expect(bars.filter((bar) => bar.kind === "gap").map((bar) => [bar.x, bar.width, bar.cause])).toEqual([
      [100, 100, "camera_unreachable"],
      [500, 100, "disabled"],
    ]);
  });

  it("shows even the shortest gap", () => {
    const bars = layout({ known: ALWAYS, spans: [], gaps: [gap(5000, 5001)] }, { start: 0, end: 86_400_000 }, 1000);
    expect(bars).toHaveLength(1);
    expect(bars[0]?.width).toBe(3);
  });

  it("needs no more bars than there are pixels", () => {
    const many: Footage = {
      known: ALWAYS,
      spans: Array.from({ length: 20_000 }, (_, i) => ({ start: i * 100, end: i * 100 + 99, open: false })),
      gaps: Array.from({ length: 20_000 }, (_, i) => gap(i * 100 + 99, i * 100 + 100)),
    };
    expect(layout(many, { start: 0, end: 2_000_000 }, 500).length).toBeLessThan(1000);
  });

  it("lets a loss show through where gaps share a pixel", () => {
    const bars = layout({ known: ALWAYS, spans: [], gaps: [gap(0, 90, "disabled"), gap(90, 100, "disk_full")] }, { start: 0, end: 100_000 }, 100);
    expect(bars).toEqual([expect.objectContaining({ kind: "gap", cause: "disk_full" })]);
  });

  it("finds a gap that is narrower than the pointer", () => {
    const short: Footage = { known: ALWAYS, spans: [], gaps: [gap(43_200_000, 43_200_100)] };
    const day = { start: 0, end: 86_400_000 };
    expect(gapNear(short, day, 1000, 501)?.start).toBe(43_200_000);
    expect(gapNear(short, day, 1000, 510)).toBeUndefined();
    expect(timeAt(day, 1000, 500)).toBe(43_200_000);
  });
});
