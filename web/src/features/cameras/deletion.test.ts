import { expect, test } from "vitest";
import type { FootageDeletion } from "@/lib/api/types";
import { lastDeletion, progressOf } from "./deletion";

const one = (id: string, recording_id: string | null, finished_at: string | null) => ({ id, recording_id, finished_at }) as FootageDeletion;
const amount = (segments: number) => ({ segments, bytes: 1 });

test("a deletion says how far it is", () => {
  expect(progressOf({ state: "running", found: amount(3), deleted: amount(1) })).toBe("Footage is being deleted: 1 of 3 files,");
  expect(progressOf({ state: "running", found: amount(3), deleted: amount(4) })).toBe("Footage is being deleted: 4 of 4 files,");
  expect(progressOf({ state: "finished", found: amount(1), deleted: amount(1) })).toBe("Footage was deleted: 1 file,");
});

test("what was done long ago, or to a single file, is not told", () => {
  const now = Date.parse("2026-11-20T12:00:00Z");
  const [file, old, recent, running] = [one("a", "x", null), one("b", null, "2026-11-19T11:59:00Z"), one("c", null, "2026-11-19T12:01:00Z"), one("d", null, null)];
  expect(lastDeletion([file, old], now)).toBeUndefined();
  expect(lastDeletion([file, recent, running], now)).toBe(recent);
  expect(lastDeletion([running, recent], now)).toBe(running);
});
