import { expect, it } from "vitest";
import { linkTo, parseSearch, searchFor, targetOf } from "./search";

const at = Date.parse("2026-11-20T13:38:41.567Z");

it("keeps camera and moment in the address", () => {
  const search = parseSearch({ ...searchFor("front-door", at), other: 1 });
  expect(search).toEqual({ camera: "front-door", t: "2026-11-20T13:38:41.567Z" });
  expect(targetOf(search)).toBe(at);
});

it("takes an address without a time, or with nonsense for one, as the latest picture", () => {
  expect(targetOf(parseSearch({ camera: 7 }))).toBe("latest");
  expect(parseSearch({ camera: "a", t: "yesterday" })).toEqual({ camera: "a" });
});

it("makes links that lead to the same moment", () => {
  const url = new URL(linkTo("http://nightjar.local:8080", "a&b", at));
  expect(targetOf(parseSearch(Object.fromEntries(url.searchParams)))).toBe(at);
  expect(url.searchParams.get("camera")).toBe("a&b");
});
