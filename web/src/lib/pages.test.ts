import { expect, it } from "vitest";
import { lastPageBefore } from "./pages";

it("leads back from a page that is no more", () => {
  expect(lastPageBefore(2, 1)).toBe(1);
  expect(lastPageBefore(9, 3)).toBe(3);
  expect(lastPageBefore(2, 0)).toBe(1);
  expect(lastPageBefore(2, 2)).toBeUndefined();
  expect(lastPageBefore(undefined, 0)).toBeUndefined();
});
