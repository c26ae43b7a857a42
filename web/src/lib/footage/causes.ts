/** The gap ledger's causes in words. The names are those of the API. */

export const GAP_CAUSES = [
  "connecting",
  "camera_unreachable",
  "auth_failed",
  "stream_stalled",
  "no_key_frame",
  "codec_change",
  "clock_step",
  "disk_stalled",
  "disk_full",
  "node_down",
  "server_stopped",
  "disabled",
  "schedule",
  "no_motion",
  "retention",
  "deleted",
] as const;

export type KnownCause = (typeof GAP_CAUSES)[number];
/** A newer server may know causes that this page does not. */
export type GapCause = KnownCause | "unknown";

interface CauseText {
  /** For a legend and a badge. */
  readonly label: string;
  /** A sentence for a tooltip. */
  readonly sentence: string;
  /** Whether footage was lost: such a gap counts against the recording SLO, the others do not. */
  readonly loss: boolean;
}

const TEXTS: Record<GapCause, CauseText> = {
  connecting: { label: "Connecting", sentence: "The first connection to the camera was being made.", loss: false },
  camera_unreachable: { label: "Camera unreachable", sentence: "There was no connection to the camera.", loss: true },
  auth_failed: { label: "Login refused", sentence: "The camera refused the user name or password.", loss: true },
  stream_stalled: { label: "Stream stalled", sentence: "The camera was connected but sent no video.", loss: true },
  no_key_frame: { label: "No key frame", sentence: "Video came, but nothing that a picture can be made from.", loss: true },
  codec_change: { label: "Codec changed", sentence: "The camera changed its resolution or codec.", loss: true },
  clock_step: { label: "Clock stepped", sentence: "The camera's or the server's clock jumped.", loss: true },
  disk_stalled: { label: "Disk too slow", sentence: "The disk did not take the footage in time.", loss: true },
  disk_full: { label: "Disk full", sentence: "There was no room left for footage.", loss: true },
  node_down: { label: "Server down", sentence: "The server had crashed or lost power.", loss: true },
  server_stopped: { label: "Server stopped", sentence: "The server was shut down in order.", loss: true },
  disabled: { label: "Switched off", sentence: "Recording was switched off.", loss: false },
  schedule: { label: "Off schedule", sentence: "The schedule asked for no recording.", loss: false },
  no_motion: { label: "No motion", sentence: "The camera records events only, and nothing happened.", loss: false },
  retention: { label: "Expired", sentence: "The footage was deleted by the retention rules.", loss: false },
  deleted: { label: "Deleted", sentence: "The footage was deleted by a person.", loss: false },
  unknown: { label: "Not recorded", sentence: "The server gave a cause that this page does not know.", loss: true },
};

export function parseCause(text: string | null | undefined): GapCause {
  return (GAP_CAUSES as readonly string[]).includes(text ?? "") ? (text as KnownCause) : "unknown";
}

export function causeLabel(cause: GapCause): string {
  return TEXTS[cause].label;
}

export function causeSentence(cause: GapCause): string {
  return TEXTS[cause].sentence;
}

export function isLoss(cause: GapCause): boolean {
  return TEXTS[cause].loss;
}

/** The CSS variable (`styles.css`) that holds its colour. */
export function causeColor(cause: GapCause): string {
  return `var(--gap-${cause.replaceAll("_", "-")})`;
}
