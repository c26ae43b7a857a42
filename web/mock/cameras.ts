/** Cameras, groups and events of `dev:mock`, as the pages about them want them; nothing is kept over a restart. */
import type { ServerResponse } from "node:http";
import { CAMERAS } from "./footage.ts";

interface Call {
  readonly url: URL;
  readonly body: Record<string, unknown>;
  readonly response: ServerResponse;
}

interface Answers {
  ok(response: ServerResponse, data: unknown): void;
  fail(response: ServerResponse, status: number, code: string, message: string, details?: object): void;
  /** What the overview says of a camera, its status included. */
  describe(key: string): Record<string, unknown>;
}

type Route = readonly [method: string, path: RegExp, handle: (call: Call, id: string) => void];
type Fields = Record<string, unknown> & { readonly source: Record<string, unknown> };

const fields = new Map<string, Fields>(CAMERAS.map((camera, index) => [camera.key, fieldsOf(camera.key, index)]));
const acknowledged = new Set<string>();
let groups = [group("group", "Entrances"), group("group-2", "Yard")];

export function cameraRoutes({ ok, fail, describe }: Answers): readonly Route[] {
  const all = () => CAMERAS.filter(({ key }) => fields.has(key)).map(({ key }) => ({ ...describe(key), ...fields.get(key) }));
  const show = (response: ServerResponse, id: string) => {
    const key = find(id)?.key ?? "";
    if (fields.has(key)) ok(response, { ...describe(key), ...fields.get(key) });
    else fail(response, 404, "CAMERA_NOT_FOUND", "There is no such camera.");
  };
  return [
    [
      "GET",
      /^\/api\/v1\/cameras$/,
      ({ url, response }) => {
        const q = url.searchParams.get("q")?.toLowerCase() ?? "";
        ok(response, page(all().filter((camera) => JSON.stringify(camera).toLowerCase().includes(q))));
      },
    ],
    ["GET", /^\/api\/v1\/cameras\/([^/]+)$/, ({ response }, id) => show(response, id)],
    ["GET", /^\/api\/v1\/cameras\/([^/]+)\/status$/, ({ response }, id) => ok(response, describe(find(id)?.key ?? "")["status"])],
    [
      "PATCH",
      /^\/api\/v1\/cameras\/([^/]+)$/,
      ({ body, response }, id) => {
        const key = find(id)?.key ?? "";
        const before = fields.get(key);
        if (before) fields.set(key, { ...before, ...body, source: { ...before.source, ...(body["source"] as object | undefined) }, version: Number(before["version"]) + 1 });
        show(response, id);
      },
    ],
    [
      "DELETE",
      /^\/api\/v1\/cameras\/([^/]+)$/,
      ({ response }, id) => {
        fields.delete(find(id)?.key ?? "");
        response.writeHead(204).end();
      },
    ],
    ["POST", /^\/api\/v1\/cameras$/, ({ response }) => show(response, CAMERAS[0]?.key ?? "")],
    [
      "POST",
      /^\/api\/v1\/cameras\/probe$/,
      ({ body, response }) => {
        const bad = String(body["url"]).includes("bad");
        const answer = () => (bad ? fail(response, 502, "CAMERA_ERROR", "The camera refused user name and password.", { reason: "wrong_credentials" }) : ok(response, PROBE));
        setTimeout(answer, 1_500);
      },
    ],
    ["GET", /^\/api\/v1\/camera-tags$/, ({ response }) => ok(response, { tags: [{ tag: "outside", cameras: 3 }, { tag: "street", cameras: 1 }] })],
    ["POST", /^\/api\/v1\/camera-tags$/, ({ body, response }) => ok(response, { cameras: (body["camera_ids"] as unknown[]).length })],
    ["GET", /^\/api\/v1\/camera-groups$/, ({ response }) => ok(response, page(groups))],
    [
      "POST",
      /^\/api\/v1\/camera-groups$/,
      ({ body, response }) => {
        if (groups.some(({ name }) => name === body["name"])) return fail(response, 409, "CONFLICT", "`name` is taken by another group", { name: "is taken by another group" });
        groups = [...groups, { ...group(`group-${Date.now()}`, String(body["name"])), ...body }];
        ok(response, groups.at(-1));
      },
    ],
    [
      "PUT",
      /^\/api\/v1\/camera-groups\/([^/]+)$/,
      ({ body, response }, id) => {
        groups = groups.map((one) => (one.id === id ? { ...one, ...body } : one));
        ok(response, groups.find((one) => one.id === id));
      },
    ],
    [
      "DELETE",
      /^\/api\/v1\/camera-groups\/([^/]+)$/,
      ({ response }, id) => {
        groups = groups.filter((one) => one.id !== id);
        response.writeHead(204).end();
      },
    ],
    ["GET", /^\/api\/v1\/events$/, ({ url, response }) => ok(response, eventPage(url.searchParams))],
    [
      "POST",
      /^\/api\/v1\/events\/([^/]+)\/acknowledge$/,
      ({ response }, id) => {
        acknowledged.add(id);
        ok(response, eventAt(Number(id.split("-")[1])));
      },
    ],
    // There is no WebSocket here: the page shows how it goes on trying.
    ["POST", /^\/api\/v1\/ws\/tickets$/, ({ response }) => fail(response, 503, "UNAVAILABLE", "The mock has no WebSocket.")],
  ];
}

function find(id: string) {
  return CAMERAS.find((camera) => camera.id === id || camera.key === id);
}

const PROBE = {
  video: { codec: "h264", width: 1920, height: 1080, fps: 25, key_frame_interval: 2 },
  audio: { codec: "aac", sample_rate: 16_000, channels: 1 },
  bitrate: 2_140_000,
  picture: null,
  picture_missing: "the mock takes none",
};

function fieldsOf(key: string, index: number): Fields {
  return {
    enabled: true,
    mode: "continuous",
    group_id: index < 2 ? "group" : null,
    tags: index % 2 === 0 ? ["outside"] : [],
    company: "",
    model: "",
    serial_number: null,
    location: "Main building",
    place: "",
    firmware: null,
    driver: "rtsp",
    source: { main_url: `rtsp://192.168.1.${20 + index}/${key}`, sub_url: null, transport: "tcp", has_credentials: index === 0 },
    audio: "aac",
    segment_seconds: 900,
    retention_seconds: 30 * 86_400,
    retention_bytes: null,
    managed_by: index === 4 ? "file" : "api",
    recording_since: iso(-86_400_000),
    version: 1,
    created_at: iso(-86_400_000),
    updated_at: iso(0),
  };
}

function group(id: string, name: string) {
  return { id, name, description: "", version: 1, created_at: iso(0), updated_at: iso(0) };
}

const KINDS = [
  ["camera_offline", "warning", { details: "Connection refused by 192.168.1.23:554." }],
  ["camera_online", "info", {}],
  ["recording_gap", "warning", { cause: "camera_unreachable", details: "Timed out connecting to 192.168.1.20:554." }],
  ["storage_full", "critical", { path: "/srv/footage" }],
] as const;

function eventAt(index: number) {
  const [type, severity, metadata] = KINDS[index % KINDS.length] ?? KINDS[0];
  const camera = type === "storage_full" ? undefined : CAMERAS[index % CAMERAS.length];
  const id = `event-${index}`;
  return {
    id,
    camera_id: camera?.id ?? null,
    camera_name: camera?.name ?? null,
    event_type: type,
    severity,
    timestamp: iso(-index * 1_500_000 - 60_000),
    end_timestamp: type === "recording_gap" && index > 2 ? iso(-index * 1_500_000) : null,
    metadata,
    acknowledged: acknowledged.has(id),
    acknowledged_at: acknowledged.has(id) ? iso(0) : null,
    acknowledged_by: acknowledged.has(id) ? "user-admin" : null,
  };
}

function eventPage(query: URLSearchParams) {
  const from = Number(query.get("cursor") ?? 0);
  const fits = (event: ReturnType<typeof eventAt>) =>
    (!query.has("type") || event.event_type === query.get("type")) &&
    (!query.has("severity") || event.severity === query.get("severity")) &&
    (!query.has("camera_id") || event.camera_id === query.get("camera_id")) &&
    (!query.has("acknowledged") || String(event.acknowledged) === query.get("acknowledged"));
  const items = Array.from({ length: 50 }, (_, offset) => eventAt(from + offset)).filter(fits);
  return { items, pagination: { next_cursor: from + 50 < 150 ? String(from + 50) : null } };
}

function page<T>(items: readonly T[]) {
  return { items, pagination: { page: 1, limit: 500, total: items.length, total_pages: 1 } };
}

function iso(after: number): string {
  return new Date(Date.now() + after).toISOString();
}
