import { expect, it } from "vitest";
import { providerProblem, sentenceOf, startOf } from "./provider-problem";

it("has a sentence for each code, and for those of tomorrow", () => {
  expect(providerProblem("no_role")).toBe("no_role");
  expect(sentenceOf("no_role")).toMatch(/groups/);
  expect(providerProblem("something_new")).toBe("failed");
  expect(providerProblem("constructor")).toBe("failed");
});

it("says nothing where nothing went wrong", () => {
  for (const code of [undefined, "", 7, ["denied"]]) expect(providerProblem(code)).toBeUndefined();
});

it("brings somebody back to where they wanted to be", () => {
  expect(startOf("google", "/")).toBe("/api/v1/auth/oidc/google/start");
  expect(startOf("key-cloak", "/users?q=ada&x=1#top")).toBe("/api/v1/auth/oidc/key-cloak/start?return_to=%2Fusers%3Fq%3Dada%26x%3D1%23top");
});
