import { type UseQueryResult, useQueries } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import type { Camera } from "@/features/cameras/api/cameras";
import { type Timeline, timelineQuery } from "@/features/timeline/api/timeline";
import { grownTo } from "@/lib/footage/grow";
import type { Footage, Interval, Millis } from "@/lib/footage/types";
import { type View, viewWindow } from "@/lib/footage/view";

interface Footages {
  readonly window: Interval;
  /** Now, in the steps of the window. */
  readonly edge: Millis;
  /** By camera id; what is not there yet is still being asked for. */
  readonly footages: ReadonlyMap<string, Footage>;
  /** Ids of cameras whose footage can't be read; it goes on being asked for. */
  readonly failed: ReadonlySet<string>;
}

/** The present moves in steps that can be seen, and not each second. */
const STEPS_PER_VIEW = 2_000;

interface Wanted {
  readonly cameras: readonly Camera[];
  readonly view: View;
  readonly now: Millis;
  /** Changes are told: what lasts goes on until then. */
  readonly isLive: boolean;
}

/** The footage of these cameras, for the time that is shown. */
export function useFootage({ cameras, view, now, isLive }: Wanted): Footages {
  const span = view.kind === "follow" ? view.span : view.end - view.start;
  const step = Math.max(1_000, span / STEPS_PER_VIEW);
  const stepped = Math.floor(now / step) * step;
  const window = useMemo(() => viewWindow(view, stepped), [view, stepped]);
  return useQueries({
    queries: cameras.map((camera) => timelineQuery(camera.id, window, { isLive, shown: cameras.length })),
    combine: useCallback(
      (results: readonly UseQueryResult<Timeline>[]) => {
        const footages = new Map<string, Footage>();
        const failed = new Set<string>();
        for (const [index, camera] of cameras.entries()) {
          const result = results[index];
          if (result?.data) footages.set(camera.id, isLive ? grownTo(result.data.footage, stepped) : result.data.footage);
          else if (result?.isError) failed.add(camera.id);
        }
        return { window, edge: stepped, footages, failed };
      },
      [cameras, isLive, window, stepped],
    ),
  });
}
