/** All cameras and what the recorder is doing with each. Read once; what changes is told by `live-status.ts`. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, ConnectionError, unwrap } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { type GapCause, parseCause } from "@/lib/footage/causes";
import type { Millis } from "@/lib/footage/types";
import { isConnecting } from "../connecting";

export interface Camera {
  readonly id: string;
  /** Readable and unique: it stands in addresses. */
  readonly key: string;
  readonly name: string;
  readonly groupId: string | undefined;
  /** What it can be found by, in lower case. */
  readonly text: string;
  readonly recording: Recording;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly codecs: readonly string[];
}

/** `connecting`: nothing has come yet, and nothing has failed. `since` is unknown until the recorder has looked at the camera. */
export type Recording =
  | { readonly kind: "recording"; readonly since: Millis | undefined }
  | { readonly kind: "connecting" }
  | { readonly kind: "gap"; readonly since: Millis | undefined; readonly cause: GapCause; readonly details: string }
  | { readonly kind: "off"; readonly since: Millis | undefined };

type RawCamera = components["schemas"]["Camera"];

/** The list as the server gave it, page by page. */
export interface CameraPages {
  readonly pages: readonly CameraPage[];
}

interface CameraPage {
  /** None once it was changed by what was told live. */
  readonly tag: string | undefined;
  readonly items: readonly RawCamera[];
  readonly total: number;
}

/** The most that the server gives at once. */
const PAGE = 500;
/** Far more than anybody has, and an end in any case. */
const MAX_PAGES = 20;

export const allCamerasKey = ["cameras", "all"] as const;

export const camerasQuery = queryOptions({
  queryKey: allCamerasKey,
  queryFn: async ({ signal, client }): Promise<CameraPages> => {
    const known = client.getQueryData<CameraPages>(allCamerasKey);
    const pages: CameraPage[] = [];
    for (let number = 1; number <= MAX_PAGES; number += 1) {
      const page = await fetchPage(number, known?.pages[number - 1], signal);
      pages.push(page);
      if (number * PAGE >= page.total) break;
    }
    return { pages };
  },
  select: ({ pages }) => pages.flatMap(({ items }) => items.map(toCamera)),
  placeholderData: keepPreviousData,
});

async function fetchPage(number: number, known: CameraPage | undefined, signal: AbortSignal): Promise<CameraPage> {
  const call = api.GET("/api/v1/cameras", {
    params: { query: { page: number, limit: PAGE } },
    headers: known?.tag === undefined ? {} : { "If-None-Match": known.tag },
    signal,
  });
  const { response } = await call;
  if (response.status === 304) {
    // Somebody between here and the server answers what was not asked.
    if (!known) throw new ConnectionError();
    return known;
  }
  const { items, pagination } = await unwrap(call);
  return { tag: response.headers.get("etag") ?? undefined, items, total: pagination.total ?? items.length };
}

const shown = new WeakMap<RawCamera, Camera>();

/** The same object for the same camera, so that rows that have not changed are not rendered again. */
function toCamera(raw: RawCamera): Camera {
  const known = shown.get(raw);
  if (known) return known;
  const { id, key, name, status, group_id, tags, location, place } = raw;
  const camera: Camera = {
    id,
    key,
    name,
    groupId: group_id ?? undefined,
    text: [name, key, location, place, ...(tags ?? [])].join(" ").toLowerCase(),
    recording: toRecording(status),
    width: status.width ?? undefined,
    height: status.height ?? undefined,
    codecs: status.codecs,
  };
  shown.set(raw, camera);
  return camera;
}

function toRecording(status: components["schemas"]["CameraStatus"]): Recording {
  const since = status.since ? Date.parse(status.since) : undefined;
  if (status.recording_state === "recording") return { kind: "recording", since };
  if (isConnecting(status)) return { kind: "connecting" };
  if (status.recording_state === "off") return { kind: "off", since };
  return { kind: "gap", since, cause: parseCause(status.gap_cause), details: status.details };
}
