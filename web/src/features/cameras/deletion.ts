/** Deletions of footage in words. */
import type { FootageDeletion } from "@/lib/api/types";

/** What was done of it, as a sentence that bytes follow. */
export function progressOf({ state, found, deleted }: Pick<FootageDeletion, "state" | "found" | "deleted">): string {
  const files = deleted.segments === 1 ? "1 file" : `${deleted.segments} files`;
  if (state === "finished") return `Footage was deleted: ${files},`;
  // A file that was being written then may have come to what was found.
  const all = Math.max(found.segments, deleted.segments);
  return `Footage is being deleted: ${deleted.segments} of ${all} files,`;
}
