import { expect, it } from "vitest";
import { isFiltered, parseCameraFilter, queryOf } from "./filter";

it("takes from the address what it knows, and leaves the rest", () => {
  expect(parseCameraFilter({ q: 7, status: "broken", tag: "yard", sort: "-name", page: 1, other: 1 })).toEqual({ q: "7", tag: "yard", sort: "-name" });
  expect(parseCameraFilter({ sort: "name", status: "gap", page: 3 })).toEqual({ status: "gap", page: 3 });
});

it("asks the server for the same", () => {
  expect(queryOf({ group: "g", status: "offline" })).toEqual({ sort: "name", group_id: "g", status: "offline" });
  expect(isFiltered({ sort: "-key", page: 2 })).toBe(false);
  expect(isFiltered({ tag: "yard" })).toBe(true);
});
