import { expect, it } from "vitest";
import { safeNext } from "./next";
import { mayBePassword, rulesOf } from "./password-rules";

it("goes on to places on this page only", () => {
  expect(safeNext("/?camera=yard&t=2026-11-20T12%3A00%3A00.000Z")).toBe("/?camera=yard&t=2026-11-20T12%3A00%3A00.000Z");
  expect(safeNext("/users#top")).toBe("/users#top");
  for (const elsewhere of ["//evil.example", "/\\evil.example", "/.//evil.example", "https://evil.example", "javascript:alert(1)", "/\t/evil.example", "/login?next=/x", "/setup", 7, undefined]) {
    expect(safeNext(elsewhere)).toBe("/");
  }
});

it("tells the rules of a password while it is typed", () => {
  expect(rulesOf("", "ada").map((rule) => rule.met)).toEqual([false, false, undefined]);
  expect(rulesOf("ääääääääää", "ada")[0]?.met).toBe(true);
  expect(rulesOf("🦉🦉🦉🦉🦉", "ada")[0]?.met).toBe(false);
  expect(mayBePassword("GrandMother", "grandmother")).toBe(false);
  expect(mayBePassword("four barn owls", "grandmother")).toBe(true);
  expect(mayBePassword("é".repeat(129), "ada")).toBe(false);
});
