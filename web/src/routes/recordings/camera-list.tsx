import { useMemo } from "react";
import { Legend } from "@/components/timeline/legend";
import { Ruler } from "@/components/timeline/ruler";
import { Card } from "@/components/ui/card";
import type { Camera } from "@/features/cameras/api/cameras";
import { cn } from "@/lib/cn";
import type { GapCause } from "@/lib/footage/causes";
import { clip } from "@/lib/footage/navigate";
import { slo, total } from "@/lib/footage/slo";
import type { Footage, Interval, Millis } from "@/lib/footage/types";
import type { View } from "@/lib/footage/view";
import { CameraRow, COLUMNS, type RowActions } from "./camera-row";
import { SloFigure } from "./slo-figure";
import { ViewControls } from "./view-controls";

interface CameraListProps extends RowActions {
  readonly cameras: readonly Camera[];
  readonly footages: ReadonlyMap<string, Footage>;
  readonly failed: ReadonlySet<string>;
  readonly refFor: (id: string) => (element: HTMLElement | null) => (() => void) | undefined;
  readonly view: View;
  readonly window: Interval;
  readonly edge: Millis;
  readonly selectedId: string | undefined;
  readonly playhead: Millis | undefined;
  onView(view: View): void;
}

/** One row a camera, all on the same time axis. */
export function CameraList(props: CameraListProps) {
  const { cameras, footages, failed, refFor, view, window, edge, selectedId, playhead, onView, onZoom, onPan, onOpen } = props;
  return (
    <Card aria-label="Cameras">
      <div className={cn("sticky top-12 z-20 grid items-end gap-x-4 rounded-t-lg border-b bg-card px-3 pt-2", COLUMNS)}>
        <ViewControls view={view} window={window} now={edge} onView={onView} />
        <Ruler window={window} now={edge} onZoom={onZoom} onPan={onPan} />
        <span className="pb-2 text-right text-xs text-muted-foreground max-md:hidden" title="Recorded / should have been recorded, in the time shown">
          Recorded
        </span>
      </div>
      <ul>
        {cameras.map((camera) => (
          <CameraRow
            key={camera.id}
            camera={camera}
            footage={footages.get(camera.id)}
            failed={failed.has(camera.id)}
            window={window}
            edge={edge}
            selected={camera.id === selectedId}
            playhead={camera.id === selectedId ? playhead : undefined}
            watch={refFor(camera.id)}
            onOpen={onOpen}
            onZoom={onZoom}
            onPan={onPan}
          />
        ))}
      </ul>
      <Foot footages={footages} window={window} complete={footages.size === cameras.length} />
    </Card>
  );
}

interface FootProps {
  readonly footages: ReadonlyMap<string, Footage>;
  readonly window: Interval;
  /** The footage of all cameras is known. */
  readonly complete: boolean;
}

function Foot({ footages, window, complete }: FootProps) {
  const causes = useMemo(() => causesIn(footages, window), [footages, window]);
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 border-t px-3 py-2.5">
      <Legend causes={causes} />
      <span className="flex items-baseline gap-6">
        <span className="text-xs text-muted-foreground max-lg:hidden">Scroll on the ruler, or Ctrl + scroll on a row, to zoom; drag to move</span>
        {complete && <SloFigure slo={total([...footages.values()].map((footage) => slo(footage, window)))} label="All cameras" />}
      </span>
    </div>
  );
}

function causesIn(footages: ReadonlyMap<string, Footage>, window: Interval): Set<GapCause> {
  const gaps = [...footages.values()].flatMap((footage) => clip(footage, window).gaps);
  return new Set(gaps.map((gap) => gap.cause));
}
