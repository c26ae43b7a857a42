import { expect, it } from "vitest";
import { grownTo } from "./grow";
import type { Footage } from "./types";

const FOOTAGE: Footage = {
  known: { start: 0, end: 100 },
  spans: [
    { start: 10, end: 20, open: false },
    { start: 30, end: 95, open: true },
  ],
  gaps: [{ start: 20, end: 30, open: false, cause: "camera_unreachable", details: "" }],
};

it("lets what is being recorded go on, and nothing else", () => {
  const grown = grownTo(FOOTAGE, 160);
  expect(grown.known.end).toBe(160);
  expect(grown.spans.map(({ end }) => end)).toEqual([20, 160]);
  expect(grown.gaps).toEqual(FOOTAGE.gaps);
  expect(grownTo(FOOTAGE, 160)).toBe(grown);
});

it("leaves alone what has ended, and what is known for longer", () => {
  const ended: Footage = { ...FOOTAGE, spans: [{ start: 10, end: 20, open: false }] };
  expect(grownTo(ended, 160)).toBe(ended);
  expect(grownTo(FOOTAGE, 50)).toBe(FOOTAGE);
});
