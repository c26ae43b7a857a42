import { expect, test } from "vitest";
import { progressOf } from "./deletion";

const amount = (segments: number) => ({ segments, bytes: 1 });

test("a deletion says how far it is", () => {
  expect(progressOf({ state: "running", found: amount(3), deleted: amount(1) })).toBe("Footage is being deleted: 1 of 3 files,");
  expect(progressOf({ state: "running", found: amount(3), deleted: amount(4) })).toBe("Footage is being deleted: 4 of 4 files,");
  expect(progressOf({ state: "finished", found: amount(1), deleted: amount(1) })).toBe("Footage was deleted: 1 file,");
});
