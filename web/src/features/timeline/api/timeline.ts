/** A camera's recorded spans and gaps in a window of time, and how well the promise was kept in it. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { parseCause } from "@/lib/footage/causes";
import type { Footage, Interval, Millis } from "@/lib/footage/types";
import { DAY, dataWindow } from "@/lib/footage/view";
import { now } from "@/lib/time/clock";

/** How often a window that reaches to the present is asked for again, and one that could not be read. */
const POLL = 5_000;
/** Of many timelines each is asked for less often: the server limits what an account may ask for in a minute. */
const POLL_SHARE = 250;

export interface Timeline {
  readonly footage: Footage;
}

/** What of the footage a view needs: the last day in one answer, older days one by one. `shown` is how many cameras are. */
export function timelineQuery(cameraId: string, view: Interval, enabled: boolean, shown: number) {
  const window = dataWindow(view, now());
  const poll = Math.max(POLL, shown * POLL_SHARE);
  return queryOptions({
    queryKey: ["timeline", cameraId, window.recent ? "recent" : [window.start, window.end]],
    queryFn: async ({ signal }): Promise<Timeline> => {
      // The key says "recent"; what that is is known when it is asked for.
      const asked = window.recent ? dataWindow({ start: now() - DAY, end: now() }, now()) : window;
      return { footage: await fetchFootage(cameraId, asked.start, Math.min(asked.end, now()), signal) };
    },
    // A day that is over does not change any more, once it is known.
    refetchInterval: ({ state }) => (window.recent || window.end > now() - poll || state.status === "error" ? poll : false),
    ...(window.recent ? {} : { staleTime: 60_000 }),
    placeholderData: keepPreviousData,
    enabled,
  });
}

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
  return toFootage(data);
}

function toFootage(timeline: components["schemas"]["Timeline"]): Footage {
  return {
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
