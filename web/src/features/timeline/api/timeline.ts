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
/** Changes are told; only what retention has taken away is not. */
const POLL_LIVE = 60_000;

export interface Timeline {
  readonly footage: Footage;
}

interface Circumstances {
  /** Changes are told over a live connection, and make it be read again. */
  readonly isLive: boolean;
  /** How many timelines are shown. */
  readonly shown: number;
}

/** What of the footage a view needs: the last day in one answer, older days one by one. */
export function timelineQuery(cameraId: string, view: Interval, { isLive, shown }: Circumstances) {
  const window = dataWindow(view, now());
  const poll = Math.max(POLL, shown * POLL_SHARE);
  const pollRecent = isLive ? POLL_LIVE : poll;
  return queryOptions({
    queryKey: ["timeline", cameraId, window.recent ? "recent" : [window.start, window.end]],
    queryFn: async ({ signal }): Promise<Timeline> => {
      // The key says "recent"; what that is is known when it is asked for.
      const asked = window.recent ? dataWindow({ start: now() - DAY, end: now() }, now()) : window;
      return { footage: await fetchFootage(cameraId, asked.start, Math.min(asked.end, now()), signal) };
    },
    // A day that is over does not change any more, once it is known.
    refetchInterval: ({ state }) => (state.status === "error" ? poll : window.recent || window.end > now() - poll ? pollRecent : false),
    // A row that comes back by scrolling is not read again at once.
    staleTime: window.recent ? Math.min(pollRecent, 20_000) : 60_000,
    placeholderData: keepPreviousData,
  });
}
