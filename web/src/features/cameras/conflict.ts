/** Two people have changed the same camera. */
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

function differing(a: Draft, b: Draft): (keyof Draft)[] {
  return (Object.keys(NAMES) as (keyof Draft)[]).filter((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key]));
}

/** What somebody else has changed, in words. Credentials are not shown, so they can't be compared. */
export function changedBetween(before: Camera, now: Camera): string[] {
  return differing(draftOf(before), draftOf(now)).map((key) => NAMES[key]);
}

/** The camera as it is now, with what was typed put on top. */
export function rebase(before: Camera, now: Camera, draft: Draft): Draft {
  const mine = differing(draftOf(before), draft);
  return { ...draftOf(now), ...Object.fromEntries(mine.map((key) => [key, draft[key]])) };
}
