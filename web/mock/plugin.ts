/** `npm run dev:mock`: an API with made-up cameras inside Vite's own server, to work on the page alone. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";
import { accountRoutes } from "./accounts.ts";
import { cameraRoutes } from "./cameras.ts";
import { loadClip } from "./clip.ts";
import { CAMERAS, footageOf, type MockCamera } from "./footage.ts";
import { playlist } from "./playlist.ts";

interface Call {
  readonly url: URL;
  readonly body: Record<string, string>;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

type Route = readonly [method: string, path: RegExp, handle: (call: Call, id: string) => void | Promise<void>];

interface Session {
  readonly camera: MockCamera;
  readonly from: number;
  readonly to: number | undefined;
}

const sessions = new Map<string, Session>();
let nextSession = 1;

export function mockServer(): Plugin {
  return {
    name: "nightjar-mock",
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const url = new URL(request.url ?? "/", "http://mock");
        const route = ROUTES.find(([method, path]) => method === request.method && path.test(url.pathname));
        if (!route) {
          if (url.pathname.startsWith("/api/")) fail(response, 404, "NOT_FOUND", "The mock has no such path.");
          else next();
          return;
        }
        const id = route[1].exec(url.pathname)?.[1] ?? "";
        readBody(request)
          .then((body) => route[2]({ url, body, request, response }, id))
          .catch((error: unknown) => fail(response, 503, "STORAGE_UNAVAILABLE", `The mock needs ffmpeg for pictures: ${String(error)}`));
      });
    },
  };
}

const ROUTES: readonly Route[] = [
  ...accountRoutes({ ok, fail }),
  ...cameraRoutes({ ok, fail, describe: describeKey }),
  ["GET", /^\/api\/v1\/recordings$/, listRecordings],
  ["GET", /^\/api\/v1\/recordings\/timeline\/([^/]+)$/, timeline],
  ["GET", /^\/api\/v1\/storage\/segments$/, listSegments],
  ["GET", /^\/api\/v1\/storage\/segments\/([^/]+)\/download$/, sendClip],
  ["POST", /^\/api\/v1\/playback\/start$/, startSession],
  ["DELETE", /^\/api\/v1\/playback\/sessions\/([^/]+)$/, endSession],
  ["GET", /^\/api\/v1\/playback\/sessions\/([^/]+)\/download\.mp4$/, sendClip],
  ["GET", /^\/api\/v1\/playback\/sessions\/([^/]+)\/playlist\.m3u8$/, sendPlaylist],
  ["GET", /^\/api\/v1\/mock\/clip\.mp4$/, sendClip],
];

function timeline({ url, response }: Call, id: string): void {
  const camera = CAMERAS.find((one) => one.id === id);
  if (!camera) return fail(response, 404, "CAMERA_NOT_FOUND", "There is no such camera.");
  const now = Date.now();
  const from = Date.parse(url.searchParams.get("from") ?? "") || now - 86_400_000;
  const to = Date.parse(url.searchParams.get("to") ?? "") || now;
  const footage = footageOf(camera, from, to, now);
  ok(response, {
    camera_id: id,
    spans: footage.spans.map((span) => ({ ...span, start: iso(span.start), end: iso(span.end) })),
    gaps: footage.gaps.map((gap) => ({ ...gap, start: iso(gap.start), end: iso(gap.end), ongoing: gap.open })),
  });
}

function listSegments({ url, response }: Call): void {
  const at = Date.parse(url.searchParams.get("start_date") ?? "");
  const start = Math.floor(at / 900_000) * 900_000;
  ok(response, { items: [{ id: "mock", start: iso(start), end: iso(start + 900_000), bytes: 1, state: "finished", download_url: "/api/v1/storage/segments/mock/download" }] });
}

function listRecordings({ url, response }: Call): void {
  const camera = CAMERAS.find((one) => one.id === url.searchParams.get("camera_id"));
  if (!camera) return ok(response, { items: [] });
  const now = Date.now();
  const from = Date.parse(url.searchParams.get("start_date") ?? "");
  const spans = footageOf(camera, Number.isNaN(from) ? now - 86_400_000 : from, now, now).spans;
  const span = url.searchParams.get("sort") === "start" ? spans[0] : spans.at(-1);
  ok(response, { items: span ? [{ id: "mock", codecs: camera.mime, start: iso(span.start), end: iso(span.end) }] : [] });
}

function startSession({ body, response }: Call): void {
  const camera = CAMERAS.find((one) => one.id === body["camera_id"]);
  if (!camera) return fail(response, 404, "CAMERA_NOT_FOUND", "There is no such camera.");
  const now = Date.now();
  const from = Date.parse(body["from"] ?? "");
  if (footageOf(camera, from, body["to"] ? Date.parse(body["to"]) : now, now).spans.length === 0) {
    return fail(response, 404, "RECORDING_NOT_FOUND", "Nothing was recorded in this range.");
  }
  const id = `session-${nextSession++}`;
  sessions.set(id, { camera, from, to: body["to"] ? Date.parse(body["to"]) : undefined });
  const base = `/api/v1/playback/sessions/${id}`;
  ok(response, { id, playlist_url: `${base}/playlist.m3u8`, download_url: `${base}/download.mp4`, expires_at: iso(Date.now() + 900_000) });
}

function endSession({ response }: Call, id: string): void {
  sessions.delete(id);
  response.statusCode = 204;
  response.end();
}

async function sendPlaylist({ response }: Call, id: string): Promise<void> {
  const session = sessions.get(id);
  if (!session) return fail(response, 404, "SESSION_NOT_FOUND", "There is no such session.");
  const now = Date.now() - 1_000;
  const footage = footageOf(session.camera, session.from, session.to ?? now, now);
  const text = playlist(footage, session.from, session.to, await loadClip(), "/api/v1/mock/clip.mp4");
  response.setHeader("content-type", "application/vnd.apple.mpegurl").end(text);
}

async function sendClip({ request, response, url }: Call): Promise<void> {
  const { bytes } = await loadClip();
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  response.setHeader("content-type", "video/mp4").setHeader("accept-ranges", "bytes");
  if (url.pathname.includes("download")) response.setHeader("content-disposition", 'attachment; filename="mock.mp4"');
  if (!range) {
    response.end(bytes);
    return;
  }
  const start = Number(range[1]);
  const end = Math.min(range[2] ? Number(range[2]) : bytes.length - 1, bytes.length - 1);
  response.statusCode = 206;
  response.setHeader("content-range", `bytes ${start}-${end}/${bytes.length}`).end(bytes.subarray(start, end + 1));
}

function describeKey(key: string): Record<string, unknown> {
  const camera = CAMERAS.find((one) => one.key === key);
  return camera ? describe(camera) : {};
}

function describe(camera: MockCamera) {
  const now = Date.now();
  const last = footageOf(camera, now - 86_400_000, now, now).gaps.at(-1);
  const off = camera.current?.cause === "disabled";
  const status = {
    camera_id: camera.id,
    wants_recording: !off,
    recording_state: off ? "off" : camera.current ? "gap" : "recording",
    gap_cause: off ? null : (camera.current?.cause ?? null),
    since: iso(camera.current ? now - camera.current.minutes * 60_000 : (last?.end ?? now - camera.sinceHours * 3_600_000)),
    details: camera.current?.details ?? "",
    connected: !camera.current,
    last_frame: iso(now),
    fps: camera.current ? 0 : camera.fps,
    bitrate: camera.bitrate,
    width: camera.width,
    height: camera.height,
    codecs: camera.codecs,
    reconnects: 3,
  };
  return { id: camera.id, key: camera.key, name: camera.name, enabled: true, mode: "continuous", manual: off ? false : null, status };
}

function ok(response: ServerResponse, data: unknown): void {
  send(response, 200, { success: true, data, error: null });
}

function fail(response: ServerResponse, status: number, code: string, message: string, details: object = {}): void {
  send(response, status, { success: false, data: null, error: { code, message, details }, request_id: "mock" });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.statusCode = status;
  response.setHeader("content-type", "application/json").end(JSON.stringify({ ...body, timestamp: iso(Date.now()) }));
}

async function readBody(request: IncomingMessage): Promise<Record<string, string>> {
  if (!["POST", "PUT", "PATCH"].includes(request.method ?? "")) return {};
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString("utf8") || "{}") as Record<string, string>;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
