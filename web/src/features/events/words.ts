/** Events in words. */
import type { Event } from "@/lib/api/types";
import { causeSentence, parseCause } from "@/lib/footage/causes";

export const EVENT_TYPES: Readonly<Record<string, string>> = {
  camera_offline: "Camera lost",
  camera_online: "Camera connected",
  recording_gap: "Not recorded",
  recording_start: "Recording started",
  recording_stop: "Recording stopped",
  stream_degraded: "Poor stream",
  storage_full: "Storage full",
  upload_failed: "Upload failed",
  login_failed_burst: "Many failed sign-ins",
  refresh_token_reused: "A sign-in was copied",
  motion_detected: "Motion",
  ai_person: "Person",
  ai_vehicle: "Vehicle",
  ai_pet: "Animal",
  ai_face: "Face",
  ai_package: "Parcel",
  audio_alarm: "Sound alarm",
  doorbell: "Doorbell",
};

export function typeName(type: string): string {
  const words = type.replaceAll("_", " ");
  return EVENT_TYPES[type] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** What is known beside the type, in one line; empty if nothing is. */
export function sentenceOf({ metadata }: Pick<Event, "metadata">): string {
  const known = metadata as Readonly<Record<string, unknown>>;
  const { cause, details } = known;
  const told = typeof details === "string" ? details : "";
  if (typeof cause === "string") return [causeSentence(parseCause(cause)), told].filter(Boolean).join(" ");
  return told;
}

/** The rest of it, for whoever wants all. */
export function factsOf({ metadata }: Pick<Event, "metadata">): [string, string][] {
  return Object.entries(metadata as Readonly<Record<string, unknown>>)
    .filter(([key, value]) => key !== "details" && key !== "cause" && value !== null && value !== "")
    .map(([key, value]) => [key.replaceAll("_", " "), typeof value === "object" ? JSON.stringify(value) : String(value)]);
}
