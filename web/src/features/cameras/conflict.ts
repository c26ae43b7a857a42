/** Two people have changed the same camera. */
import { changedFields, onTop } from "@/lib/api/conflict";
import type { Camera } from "@/lib/api/types";
import { type Draft, draftOf } from "./draft";

const NAMES: Readonly<Record<keyof Draft, string>> = {
  name: "name",
  url: "address",
  subUrl: "address of the small stream",
  transport: "transport",
  credentials: "user name and password",
  username: "user name",
  password: "password",
  group: "group",
  tags: "tags",
  location: "location",
  place: "place",
  company: "maker",
  model: "model",
  serial: "serial number",
  enabled: "whether it is switched on",
  mode: "when it is recorded",
  audio: "sound",
  segment: "length of files",
  keepTime: "how long footage is kept",
  keepBytes: "how much footage is kept",
};

/** What somebody else has changed, in words. Credentials are not shown, so they can't be compared. */
export function changedBetween(before: Camera, now: Camera): string[] {
  return changedFields(NAMES, draftOf(before), draftOf(now));
}

/** The camera as it is now, with what was typed put on top. */
export function rebase(before: Camera, now: Camera, draft: Draft): Draft {
  return onTop(draftOf(before), draftOf(now), draft);
}

/** The camera as it was saved, with what was typed meanwhile put on top. */
export function afterSaving(wanted: Draft, saved: Camera, draft: Draft): Draft {
  return onTop(wanted, draftOf(saved), draft);
}
