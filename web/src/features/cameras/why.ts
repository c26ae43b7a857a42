/** Why a camera is not recorded, in words, and what to do about it. */
import type { Camera, CameraStatus } from "@/lib/api/types";
import { causeLabel, type GapCause, parseCause } from "@/lib/footage/causes";
import { isConnecting } from "./connecting";

export type Verdict =
  | { readonly kind: "recording" }
  /** It was added or changed a moment ago, or the server started. */
  | { readonly kind: "starting" }
  /** It should be recorded, and is not. */
  | { readonly kind: "gap"; readonly title: string; readonly details: string; readonly advice: readonly string[] }
  /** It should not be recorded. */
  | { readonly kind: "off"; readonly title: string; readonly advice: readonly string[] };

const ADVICE: Partial<Record<GapCause, readonly string[]>> = {
  camera_unreachable: [
    "Check that the camera has power and network, and still has this address.",
    "Nightjar tries again by itself, at least once a minute.",
  ],
  auth_failed: [
    "The camera has refused the user name or the password: replace both below.",
    "After many wrong tries, some cameras refuse everybody for minutes.",
  ],
  stream_stalled: ["The camera is there but sends nothing: restart it.", "If it happens again and again, look at the network between, or lower the bit rate in the camera."],
  no_key_frame: ["The camera sends no picture that one can begin with: set its key frame interval (GOP) to a few seconds."],
  codec_change: ["Somebody changed the camera's picture settings. Recording goes on by itself with the next key frame."],
  clock_step: ["Let the camera and this server take their time from the same NTP server."],
  disk_stalled: ["The disk is too slow for what is written to it: look at its health, and at what else uses it."],
  disk_full: ["There is no room left: let footage be kept for a shorter time, or add room. The oldest is deleted as soon as it may be."],
};

const UNKNOWN = ["The log of the server has more."];

export function verdictOf(camera: Pick<Camera, "enabled" | "mode" | "manual">, status: CameraStatus): Verdict {
  if (status.recording_state === "recording") return { kind: "recording" };
  if (isConnecting(status)) return { kind: "starting" };
  if (status.recording_state === "gap" && status.gap_cause !== "disabled") {
    const cause = parseCause(status.gap_cause);
    return { kind: "gap", title: causeLabel(cause), details: status.details, advice: ADVICE[cause] ?? UNKNOWN };
  }
  return { kind: "off", ...offWords(camera) };
}

function offWords({ enabled, mode, manual }: Pick<Camera, "enabled" | "mode" | "manual">): { title: string; advice: readonly string[] } {
  if (!enabled) return { title: "The camera is switched off here", advice: ["Nothing is asked of it. Switch it on in its settings."] };
  if (manual === false) return { title: "Somebody stopped the recording by hand", advice: ["Start it again when you want: it stays stopped until then."] };
  if (mode === "off") return { title: "It is set to be recorded only when started by hand", advice: ["Start it, or set “When it is recorded” to always."] };
  return { title: "It is not recorded", advice: UNKNOWN };
}
