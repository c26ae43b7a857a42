/** What is typed about a camera, and what it means for the server. */
import type { AudioPolicy, Camera, CameraInput, CameraSourceInput, Mode, Transport } from "@/lib/api/types";
import { complete, hasHidden } from "./address";
import { type Amount, amountOf, BYTES, isAmount, SECONDS, valueOf } from "./amount";

/** Of a camera that is there, what is kept is never shown. */
export type Credentials = "keep" | "replace" | "none";

export interface Draft {
  readonly name: string;
  readonly url: string;
  readonly subUrl: string;
  readonly transport: Transport;
  readonly credentials: Credentials;
  readonly username: string;
  readonly password: string;
  readonly group: string;
  readonly tags: readonly string[];
  readonly location: string;
  readonly place: string;
  readonly company: string;
  readonly model: string;
  readonly serial: string;
  readonly enabled: boolean;
  readonly mode: Mode;
  readonly audio: AudioPolicy;
  readonly segment: string;
  readonly keepTime: Amount;
  readonly keepBytes: Amount;
}

export const NEW: Draft = {
  name: "",
  url: "",
  subUrl: "",
  transport: "tcp",
  credentials: "replace",
  username: "",
  password: "",
  group: "",
  tags: [],
  location: "",
  place: "",
  company: "",
  model: "",
  serial: "",
  enabled: true,
  mode: "continuous",
  audio: "aac",
  segment: "900",
  keepTime: { text: "", unit: "days" },
  keepBytes: { text: "", unit: "GB" },
};

export function draftOf(camera: Camera): Draft {
  return {
    name: camera.name,
    url: camera.source.main_url,
    subUrl: camera.source.sub_url ?? "",
    transport: camera.source.transport,
    credentials: "keep",
    username: "",
    password: "",
    group: camera.group_id ?? "",
    tags: camera.tags,
    location: camera.location,
    place: camera.place,
    company: camera.company,
    model: camera.model,
    serial: camera.serial_number ?? "",
    enabled: camera.enabled,
    mode: camera.mode,
    audio: camera.audio,
    segment: String(camera.segment_seconds),
    keepTime: amountOf(camera.retention_seconds, SECONDS, "days"),
    keepBytes: amountOf(camera.retention_bytes, BYTES, "GB"),
  };
}

/** What is to be tried, and recorded from. */
export function sourceOf(draft: Draft): CameraSourceInput {
  return {
    main_url: complete(draft.url),
    transport: draft.transport,
    ...(draft.username ? { username: draft.username } : {}),
    ...(draft.password ? { password: draft.password } : {}),
  };
}

export function newCameraOf(draft: Draft): CameraInput {
  return {
    name: draft.name.trim(),
    source: sourceOf(draft),
    ...(draft.group ? { group_id: draft.group } : {}),
    ...(draft.tags.length > 0 ? { tags: [...draft.tags] } : {}),
  };
}

/** A merge patch (RFC 7396). */
export type CameraChange = Partial<Omit<CameraInput, "source">> & { readonly source?: Partial<CameraSourceInput> };

/** Only what is different: an address is not written back as it is shown, and what others change meanwhile is told. */
export function changeOf(camera: Camera, draft: Draft): CameraChange {
  const before = draftOf(camera);
  const source = sourceChange(before, draft);
  const differs = (key: keyof Draft) => text(draft[key]) !== text(before[key]);
  return {
    ...(differs("name") ? { name: draft.name.trim() } : {}),
    ...(Object.keys(source).length > 0 ? { source } : {}),
    ...(differs("group") ? { group_id: draft.group || null } : {}),
    ...(differs("tags") ? { tags: [...draft.tags] } : {}),
    ...(differs("location") ? { location: draft.location.trim() } : {}),
    ...(differs("place") ? { place: draft.place.trim() } : {}),
    ...(differs("company") ? { company: draft.company.trim() } : {}),
    ...(differs("model") ? { model: draft.model.trim() } : {}),
    ...(differs("serial") ? { serial_number: draft.serial.trim() || null } : {}),
    ...(differs("enabled") ? { enabled: draft.enabled } : {}),
    ...(differs("mode") ? { mode: draft.mode } : {}),
    ...(differs("audio") ? { audio: draft.audio } : {}),
    ...(differs("segment") ? { segment_seconds: Number(draft.segment) } : {}),
    ...(valueOf(draft.keepTime, SECONDS) === camera.retention_seconds ? {} : { retention_seconds: valueOf(draft.keepTime, SECONDS) }),
    ...(valueOf(draft.keepBytes, BYTES) === camera.retention_bytes ? {} : { retention_bytes: valueOf(draft.keepBytes, BYTES) }),
  };
}

function sourceChange(before: Draft, draft: Draft): Partial<CameraSourceInput> {
  return {
    ...(complete(draft.url) === before.url ? {} : { main_url: complete(draft.url) }),
    ...(complete(draft.subUrl) === before.subUrl ? {} : { sub_url: complete(draft.subUrl) || null }),
    ...(draft.transport === before.transport ? {} : { transport: draft.transport }),
    ...(draft.credentials === "none" ? { username: null, password: null } : {}),
    ...(draft.credentials === "replace" ? { username: draft.username || null, password: draft.password || null } : {}),
  };
}

function text(value: Draft[keyof Draft]): string {
  return typeof value === "string" ? value.trim() : JSON.stringify(value);
}

/** What can be seen to be wrong before the server is asked, by the server's names of the fields. */
export function problemsOf(draft: Draft, camera: Camera | undefined): Readonly<Record<string, string>> {
  const hidden = "has hidden parts (***): write the whole address";
  const segment = Number(draft.segment);
  return {
    ...(draft.url !== camera?.source.main_url && hasHidden(draft.url) ? { "source.main_url": hidden } : {}),
    ...(draft.subUrl !== (camera?.source.sub_url ?? "") && hasHidden(draft.subUrl) ? { "source.sub_url": hidden } : {}),
    ...(Number.isInteger(segment) && segment >= 10 && segment <= 86_400 ? {} : { segment_seconds: "must be whole seconds from 10 to 86400" }),
    ...(isAmount(draft.keepTime, SECONDS, 60) ? {} : { retention_seconds: "must be a minute at least, or empty" }),
    ...(isAmount(draft.keepBytes, BYTES, 1) ? {} : { retention_bytes: "must be more than nothing, or empty" }),
  };
}
