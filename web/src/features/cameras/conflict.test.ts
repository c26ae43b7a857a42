import { expect, it } from "vitest";
import type { Camera } from "@/lib/api/types";
import { changedBetween, rebase } from "./conflict";
import { changeOf, draftOf } from "./draft";

const before = { name: "Yard", tags: [], location: "", source: { main_url: "rtsp://a/", sub_url: null, transport: "tcp" }, retention_seconds: null, retention_bytes: null, version: 1 } as unknown as Camera;
const theirs = { ...before, location: "Site 2", tags: ["gate"], version: 2 };

it("says what the others changed", () => {
  expect(changedBetween(before, theirs)).toEqual(["tags", "location"]);
});

it("puts what was typed on top of what the others changed", () => {
  const mine = { ...draftOf(before), name: "Back yard" };
  const both = rebase(before, theirs, mine);
  expect(both).toMatchObject({ name: "Back yard", location: "Site 2", tags: ["gate"] });
  expect(changeOf(theirs, both)).toEqual({ name: "Back yard" });
});
