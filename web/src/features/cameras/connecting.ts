/** Whether a camera that should be recorded is only on its way: nothing has failed yet. */
import type { CameraStatus } from "@/lib/api/types";

/**
 * Causes of a gap that end with the first picture or the first failure of a connection: before the first one ever, after
 * recording was off, and after the server was away. While they last, the server is connecting.
 */
const NOTHING_FAILED: readonly CameraStatus["gap_cause"][] = ["connecting", "disabled", "node_down", "server_stopped"];

export function isConnecting({ recording_state, gap_cause, wants_recording }: Pick<CameraStatus, "recording_state" | "gap_cause" | "wants_recording">): boolean {
  if (!wants_recording) return false;
  return recording_state === "off" || (recording_state === "gap" && NOTHING_FAILED.includes(gap_cause));
}
