/** Playback sessions of one camera, as the engine wants them. */
import { api, ApiError, settle, unwrap } from "@/lib/api/client";
import type { Interval, Millis } from "@/lib/footage/types";
import { MINUTE } from "@/lib/footage/view";
import { NoFootageError, type Session, type SessionSource } from "../engine/state";

export function sessionSource(cameraId: string): SessionSource {
  return {
    start: (from, to) => startSession(cameraId, from, to),
    end(id) {
      // It expires by itself: an error is nobody's concern. `keepalive` lets it outlive the page.
      settle(api.DELETE("/api/v1/playback/sessions/{id}", { params: { path: { id } }, keepalive: true })).catch(() => {});
    },
    extend(id) {
      // If it is too old or gone, its addresses say so, and the player makes a new one.
      settle(api.POST("/api/v1/playback/sessions/{id}/extend", { params: { path: { id } } })).catch(() => {});
    },
    nextRecorded: (at) => nextRecorded(cameraId, at),
    lastRecorded: () => lastRecorded(cameraId),
    codecsAt: (at) => codecsAt(cameraId, at),
  };
}

async function startSession(cameraId: string, from: Millis, to: Millis | undefined): Promise<Session> {
  try {
    const session = await request(cameraId, from, to);
    return { id: session.id, playlistUrl: session.playlist_url };
  } catch (error) {
    if (error instanceof ApiError && error.code === "RECORDING_NOT_FOUND") throw new NoFootageError(error.message);
    throw error;
  }
}

/** The address of a range as one MP4. Its session lives on until it expires: the download needs it. */
export async function rangeDownload(cameraId: string, range: Interval): Promise<string | undefined> {
  const session = await request(cameraId, range.start, range.end);
  return session.download_url ?? undefined;
}

function request(cameraId: string, from: Millis, to: Millis | undefined) {
  return unwrap(
    api.POST("/api/v1/playback/start", {
      body: { camera_id: cameraId, from: iso(from), ...(to === undefined ? {} : { to: iso(to) }) },
    }),
  );
}

/** RFC 6381 codec strings of what was recorded at a time or shortly before; none if nothing was. */
async function codecsAt(cameraId: string, at: Millis): Promise<string | undefined> {
  const data = await unwrap(
    api.GET("/api/v1/recordings", {
      params: { query: { camera_id: cameraId, start_date: iso(at - MINUTE), end_date: iso(at + 1), sort: "-start", limit: 1 } },
    }),
  );
  return data.items[0]?.codecs;
}

/** However long nothing was recorded: a timeline is given for a month at most. */
async function nextRecorded(cameraId: string, at: Millis): Promise<Millis | undefined> {
  const data = await unwrap(api.GET("/api/v1/recordings", { params: { query: { camera_id: cameraId, start_date: iso(at), sort: "start", limit: 1 } } }));
  const start = data.items[0]?.start;
  return start === undefined ? undefined : Math.max(at, Date.parse(start));
}

async function lastRecorded(cameraId: string): Promise<Millis | undefined> {
  const data = await unwrap(api.GET("/api/v1/recordings", { params: { query: { camera_id: cameraId, sort: "-start", limit: 1 } } }));
  const end = data.items[0]?.end;
  return end === undefined ? undefined : Date.parse(end);
}

function iso(at: Millis): string {
  return new Date(at).toISOString();
}
