/** Deletions of footage in words. */
import type { FootageDeletion } from "@/lib/api/types";

const DAY = 86_400_000;

/** The newest one of more than a single file that is under way, or was done within a day. */
export function lastDeletion(all: readonly FootageDeletion[], now: number): FootageDeletion | undefined {
  return all.find(({ recording_id, finished_at }) => recording_id === null && (finished_at === null || now - Date.parse(finished_at) < DAY));
}

/** What was done of it, as a sentence that bytes follow. */
export function progressOf({ state, found, deleted }: Pick<FootageDeletion, "state" | "found" | "deleted">): string {
  const files = deleted.segments === 1 ? "1 file" : `${deleted.segments} files`;
  if (state === "finished") return `Footage was deleted: ${files},`;
  // A file that was being written then may have come to what was found.
  const all = Math.max(found.segments, deleted.segments);
  return `Footage is being deleted: ${deleted.segments} of ${all} files,`;
}
