import { expect, it } from "vitest";
import { asOf } from "./as-of";

it("is the time of the last good answer, while there is no other", () => {
  const at = Date.parse("2026-11-20T13:03:00Z");
  expect(asOf({ isError: true, dataUpdatedAt: at })).toBe(at);
  expect(asOf({ isError: false, dataUpdatedAt: at })).toBeUndefined();
  expect(asOf({ isError: true, dataUpdatedAt: 0 })).toBeUndefined();
});
