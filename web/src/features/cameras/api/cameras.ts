/** The cameras and what the recorder is doing with each, asked for every few seconds. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { type GapCause, parseCause } from "@/lib/footage/causes";
import type { Millis } from "@/lib/footage/types";

export interface Camera {
  readonly id: string;
  /** Readable and unique: it stands in addresses. */
  readonly key: string;
  readonly name: string;
  readonly recording: Recording;
  readonly fps: number;
  /** Bits a second. */
  readonly bitrate: number;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly codecs: readonly string[];
}

/** `since` is unknown until the recorder has looked at the camera. */
export type Recording =
  | { readonly kind: "recording"; readonly since: Millis | undefined }
  | { readonly kind: "gap"; readonly since: Millis | undefined; readonly cause: GapCause; readonly details: string }
  | { readonly kind: "off"; readonly since: Millis | undefined };

const POLL = 3_000;
/** The most that the server gives at once. */
const MAX_CAMERAS = 500;

export const camerasQuery = queryOptions({
  queryKey: ["cameras"],
  queryFn: async ({ signal }) => {
    const data = await unwrap(api.GET("/api/v1/cameras", { params: { query: { limit: MAX_CAMERAS } }, signal }));
    return data.items.map(toCamera);
  },
  refetchInterval: POLL,
  placeholderData: keepPreviousData,
});

function toCamera({ id, key, name, status }: components["schemas"]["Camera"]): Camera {
  return {
    id,
    key,
    name,
    recording: toRecording(status),
    fps: status.fps,
    bitrate: status.bitrate,
    width: status.width ?? undefined,
    height: status.height ?? undefined,
    codecs: status.codecs,
  };
}

function toRecording(status: components["schemas"]["CameraStatus"]): Recording {
  const since = status.since ? Date.parse(status.since) : undefined;
  if (status.recording_state === "recording") return { kind: "recording", since };
  if (status.recording_state === "off") return { kind: "off", since };
  return { kind: "gap", since, cause: parseCause(status.gap_cause), details: status.details };
}
