import { expect, it } from "vitest";
import { changedFields, onTop, savedOrNewest } from "./conflict";
import { ApiError } from "./transport";

const before = { name: "Yard", tags: ["a"], place: "" };

it("tells who is second what it is like now, so that the next try can succeed", async () => {
  const conflict = new ApiError(409, "VERSION_CONFLICT", "Somebody was faster.");
  expect(await savedOrNewest(Promise.resolve(1), () => Promise.resolve(2))).toEqual({ kind: "saved", value: 1 });
  expect(await savedOrNewest(Promise.reject(conflict), () => Promise.resolve(2))).toEqual({ kind: "conflict", value: 2 });
  await expect(savedOrNewest(Promise.reject(new ApiError(409, "CONFLICT", "Taken.")), () => Promise.resolve(2))).rejects.toThrow("Taken.");
  await expect(savedOrNewest(Promise.reject(conflict), () => Promise.reject(new Error("gone")))).rejects.toThrow("gone");
});

it("keeps what was typed, on top of what the others changed", () => {
  const now = { ...before, tags: ["a", "b"], place: "Roof" };
  expect(changedFields({ name: "name", tags: "tags", place: "place" }, before, now)).toEqual(["tags", "place"]);
  expect(onTop(before, now, { ...before, name: "Back yard", place: "Cellar" })).toEqual({ name: "Back yard", tags: ["a", "b"], place: "Cellar" });
});
