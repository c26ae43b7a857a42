import { expect, it } from "vitest";
import { parseAuditFilter, queryOf } from "./filter";

it("takes from the address what it knows, and leaves the rest", () => {
  expect(parseAuditFilter({ actor: "ada", action: 7, outcome: "maybe", from: "yesterday", other: "x", q: "" })).toEqual({ actor: "ada", action: "7" });
});

it("asks for whole days of the browser's zone, also over a change to summer time", () => {
  expect(queryOf({ from: "2026-11-20", to: "2026-11-20" })).toEqual({ start_date: "2026-11-19T23:00:00.000Z", end_date: "2026-11-20T23:00:00.000Z" });
  expect(queryOf({ from: "2026-03-29", to: "2026-03-29" })).toEqual({ start_date: "2026-03-28T23:00:00.000Z", end_date: "2026-03-29T22:00:00.000Z" });
  expect(queryOf({ object: "abc", outcome: "refused" })).toEqual({ object_id: "abc", outcome: "refused" });
});
