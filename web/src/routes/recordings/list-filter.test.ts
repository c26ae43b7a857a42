import { expect, it } from "vitest";
import type { Camera } from "@/features/cameras/api/cameras";
import type { CameraGroup } from "@/lib/api/types";
import { listed, type ListItem, NO_GROUP, parseListFilter } from "./list-filter";

function camera(name: string, kind: "recording" | "gap" | "off" = "recording", groupId?: string): Camera {
  const recording = kind === "gap" ? { kind, since: 0, cause: "camera_unreachable" as const, details: "" } : { kind, since: 0 };
  return { id: name, key: name.toLowerCase(), name, groupId, text: name.toLowerCase(), recording, width: 1920, height: 1080, codecs: [] };
}

const GROUPS = [{ id: "g2", name: "Yard" }, { id: "g1", name: "Doors" }] as CameraGroup[];
const CAMERAS = [camera("Front door", "gap", "g1"), camera("Back door", "recording", "g1"), camera("Gate", "off", "g2"), camera("Attic")];

const names = (items: readonly ListItem[]) => items.map((item) => (item.kind === "camera" ? item.camera.name : `# ${item.name} ${item.cameras}/${item.gaps}`));

it("finds what has all the words, in the name or in the group's", () => {
  expect(names(listed(CAMERAS, GROUPS, { q: "DOOR fr" }))).toEqual(["Front door"]);
  expect(names(listed(CAMERAS, GROUPS, { q: "yard" }))).toEqual(["Gate"]);
  expect(names(listed(CAMERAS, GROUPS, { q: "  " }))).toHaveLength(4);
});

it("filters by state and by group", () => {
  expect(names(listed(CAMERAS, GROUPS, { state: "gap" }))).toEqual(["Front door"]);
  expect(names(listed(CAMERAS, GROUPS, { group: "g1", state: "recording" }))).toEqual(["Back door"]);
  expect(names(listed(CAMERAS, GROUPS, { group: NO_GROUP }))).toEqual(["Attic"]);
});

it("puts cameras under their groups, those of none and of unknown ones last", () => {
  expect(names(listed([...CAMERAS, camera("New", "recording", "g9")], GROUPS, { by: "group" }))).toEqual([
    "# Doors 2/1", "Front door", "Back door", "# Yard 1/0", "Gate", "# No group 1/0", "Attic", "# Other 1/0", "New",
  ]);
});

it("gives the same line for the same camera", () => {
  expect(listed(CAMERAS, GROUPS, {})[1]).toBe(listed(CAMERAS, GROUPS, { q: "back" })[0]);
});

it("takes from the address what it knows", () => {
  expect(parseListFilter({ q: 12, state: "gap", group: "g1", by: "group" })).toEqual({ q: "12", state: "gap", group: "g1", by: "group" });
  expect(parseListFilter({ q: "", state: "lost", group: 7, by: "tag" })).toEqual({});
});
