import { expect, it } from "vitest";
import type { Footage } from "@/lib/footage/types";
import { describeAt, explainAt } from "./words";

const footage: Footage = {
  known: { start: 1000, end: 9000 },
  spans: [{ start: 2000, end: 5000, open: false }],
  gaps: [{ start: 5000, end: 9000, open: false, cause: "camera_unreachable", details: "" }],
};

it("says nothing of a time that was not asked for", () => {
  expect([500, 1500, 3000, 6000, 9500].map((at) => describeAt(footage, at))).toEqual(["not loaded", "no record", "recorded", "not recorded, camera unreachable", "not loaded"]);
  expect(explainAt(footage, 500, 20_000)).toMatch(/^Not loaded/);
  expect(explainAt(footage, 1500, 20_000)).toMatch(/^No record/);
  expect(explainAt(footage, 3000, 20_000)).toMatch(/^Recorded without a gap/);
  expect(explainAt(footage, 9500, 9400)).toBe("Not yet.");
});
