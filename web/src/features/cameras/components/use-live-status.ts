import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Camera } from "@/lib/api/types";
import { browserDependencies, keepOpen } from "@/lib/live/browser";
import type { LiveState } from "@/lib/live/connection";
import { allCamerasKey, type CameraPages } from "../api/cameras";
import { camerasKey } from "../api/manage";
import { liveStatus, needsMore, type StatusChange, withStatus } from "../live-status";

/** Not more often than this, whatever is told. */
const REFRESH = 5_000;
/** How often the list is asked for while nothing is told live. */
const FALLBACK = 10_000;
const AFTER_ERROR = 5_000;

/** Keeps all lists of cameras current while the page is shown. */
export function useLiveStatus(): LiveState {
  const queryClient = useQueryClient();
  const [state, setState] = useState<LiveState>({ kind: "connecting" });
  useEffect(() => {
    const refresh = refresher(queryClient);
    let isFirst = true;
    const leave = keepOpen(
      liveStatus({
        ...browserDependencies,
        onState: setState,
        onMissed: () => {
          refresh.soon();
          // What was recorded in a break, too; at the start it has just been asked for.
          if (!isFirst) void queryClient.invalidateQueries({ queryKey: ["timeline"] });
          isFirst = false;
        },
        onStatus: (change) => {
          if (takeIn(queryClient, change)) refresh.soon();
          void queryClient.invalidateQueries({ queryKey: ["timeline", change.camera_id] });
        },
      }),
    );
    return () => {
      leave();
      refresh.stop();
    };
  }, [queryClient]);
  return state;
}

/** When to ask for a list again that is kept current by what is told live. */
export function pollWhile(state: LiveState) {
  return (query: { readonly state: { readonly status: string } }): number | false => {
    if (query.state.status === "error") return AFTER_ERROR;
    return state.kind === "live" ? false : FALLBACK;
  };
}

/** Changes what is kept of the camera. Returns whether a list has to be read again. */
function takeIn(queryClient: QueryClient, change: StatusChange): boolean {
  let more = queryClient.isFetching({ queryKey: camerasKey }) > 0;
  queryClient.setQueryData<CameraPages>(allCamerasKey, (known) => {
    if (!known) return known;
    more ||= needsMore(known.pages.flatMap(({ items }) => items), change);
    return {
      pages: known.pages.map((page) => {
        const items = withStatus(page.items, change);
        return items === page.items ? page : { ...page, items, tag: undefined };
      }),
    };
  });
  queryClient.setQueriesData<{ readonly items: readonly Camera[] }>({ queryKey: [...camerasKey, "list"] }, (known) => {
    if (!known) return known;
    const items = withStatus(known.items, change);
    // Whether a camera belongs into a filtered list is for the server to say.
    more ||= items === known.items || needsMore(items, change);
    return { ...known, items };
  });
  return more;
}

/** Reads the lists again: at once, but then not for a while. */
function refresher(queryClient: QueryClient) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isWanted = false;
  const run = () => {
    isWanted = false;
    timer = setTimeout(() => {
      timer = undefined;
      if (isWanted) run();
    }, REFRESH);
    for (const queryKey of [allCamerasKey, [...camerasKey, "list"]]) void queryClient.invalidateQueries({ queryKey });
  };
  return {
    soon(): void {
      isWanted = true;
      if (timer === undefined) run();
    },
    stop: () => clearTimeout(timer),
  };
}
