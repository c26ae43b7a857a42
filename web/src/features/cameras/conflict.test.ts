import { expect, it } from "vitest";
import type { Camera } from "@/lib/api/types";
import { afterSaving, changedBetween, rebase } from "./conflict";
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

it("keeps what is typed while it is being saved", () => {
  const wanted = { ...draftOf(before), name: "Back yard", credentials: "replace" as const, password: "hawk" };
  const saved = { ...before, name: "Back yard", version: 2 };
  expect(afterSaving(wanted, saved, wanted)).toEqual(draftOf(saved));
  const both = afterSaving(wanted, saved, { ...wanted, location: "Site 2" });
  expect(changeOf(saved, both)).toEqual({ location: "Site 2" });
});
