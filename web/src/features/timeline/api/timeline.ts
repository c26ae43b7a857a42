/** A camera's recorded spans and gaps in a window of time, and how well the promise was kept in it. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { fetchFootage } from "@/lib/api/footage";
import type { Footage, Interval } from "@/lib/footage/types";
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
