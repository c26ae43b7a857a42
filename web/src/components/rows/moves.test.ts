import { expect, it } from "vitest";
import { rowAfter } from "./moves";

// Row 0 and row 3 are headings.
const STOPS = [1, 2, 4, 5];

it("goes from row to row, over headings, and not beyond the ends", () => {
  expect(rowAfter("ArrowDown", STOPS, 2)).toBe(4);
  expect(rowAfter("ArrowUp", STOPS, 4)).toBe(2);
  expect(rowAfter("ArrowDown", STOPS, 5)).toBeUndefined();
  expect(rowAfter("ArrowUp", STOPS, 1)).toBeUndefined();
});

it("goes to the ends, and as far as there is by pages", () => {
  expect(rowAfter("Home", STOPS, 5)).toBe(1);
  expect(rowAfter("End", STOPS, 1)).toBe(5);
  expect(rowAfter("PageDown", STOPS, 2)).toBe(5);
  expect(rowAfter("PageUp", STOPS, 2)).toBe(1);
});

it("leaves all other keys alone", () => {
  expect(rowAfter("Enter", STOPS, 2)).toBeUndefined();
  expect(rowAfter("ArrowDown", STOPS, 3)).toBeUndefined();
});
