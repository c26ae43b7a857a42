import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Camera } from "@/features/cameras/api/cameras";
import { timelineQuery } from "@/features/timeline/api/timeline";
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

/** The footage of the cameras that are on the screen, for the time that is shown. */
export function useFootage(
  cameras: readonly Camera[],
  view: View,
  now: Millis,
  visible: ReadonlySet<string>,
  selected: string | undefined,
): Footages {
  const span = view.kind === "follow" ? view.span : view.end - view.start;
  const step = Math.max(1_000, span / STEPS_PER_VIEW);
  const stepped = Math.floor(now / step) * step;
  const window = useMemo(() => viewWindow(view, stepped), [view, stepped]);
  const results = useQueries({
    queries: cameras.map((camera) => timelineQuery(camera.id, window, visible.has(camera.id) || camera.id === selected, visible.size)),
  });
  const footages = new Map<string, Footage>();
  const failed = new Set<string>();
  for (const [index, camera] of cameras.entries()) {
    const footage = results[index]?.data?.footage;
    if (footage) footages.set(camera.id, footage);
    else if (results[index]?.isError) failed.add(camera.id);
  }
  return { window, edge: stepped, footages, failed };
}
