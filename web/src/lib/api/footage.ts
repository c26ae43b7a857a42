/** A camera's recorded spans and gaps in a stretch of time: for its timeline, its player and its downloads. */
import { parseCause } from "../footage/causes";
import type { Footage, Interval, Millis } from "../footage/types";
import { api, unwrap } from "./client";
import type { components } from "./schema";

export async function fetchFootage(cameraId: string, start: Millis, end: Millis, signal?: AbortSignal): Promise<Footage> {
  const data = await unwrap(
    api.GET("/api/v1/recordings/timeline/{camera_id}", {
      params: {
        path: { camera_id: cameraId },
        query: { from: new Date(start).toISOString(), to: new Date(end).toISOString() },
      },
      ...(signal ? { signal } : {}),
    }),
  );
  return toFootage(data, { start, end });
}

function toFootage(timeline: components["schemas"]["Timeline"], known: Interval): Footage {
  return {
    known,
    spans: timeline.spans.map((span) => ({ start: Date.parse(span.start), end: Date.parse(span.end), open: span.open })),
    gaps: timeline.gaps.map((gap) => ({
      start: Date.parse(gap.start),
      end: Date.parse(gap.end),
      open: gap.ongoing,
      cause: parseCause(gap.cause),
      details: gap.details,
    })),
  };
}
