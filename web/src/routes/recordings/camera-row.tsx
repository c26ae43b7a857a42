import { memo, useMemo } from "react";
import { Track } from "@/components/timeline/track";
import type { Camera } from "@/features/cameras/api/cameras";
import { CameraInfo } from "@/features/cameras/components/camera-info";
import { cn } from "@/lib/cn";
import { slo } from "@/lib/footage/slo";
import { type Footage, type Interval, type Millis, NO_FOOTAGE } from "@/lib/footage/types";
import { SloFigure } from "./slo-figure";

export interface RowActions {
  onZoom(factor: number, anchor: Millis): void;
  onPan(by: Millis): void;
  onOpen(camera: Camera, at: Millis | "latest"): void;
}

interface CameraRowProps extends RowActions {
  readonly camera: Camera;
  /** None while it is being asked for, and when it can't be read. */
  readonly footage: Footage | undefined;
  readonly failed: boolean;
  readonly window: Interval;
  readonly edge: Millis;
  readonly selected: boolean;
  readonly playhead: Millis | undefined;
}

/** Of the list and of its head. */
export const COLUMNS = "md:grid-cols-[17rem_minmax(0,1fr)_4.5rem]";

/** A camera: who and how it is, its time, and what share of that was recorded. */
export const CameraRow = memo(function CameraRow(props: CameraRowProps) {
  const { camera, footage, failed, window, edge, selected, playhead, onOpen, onZoom, onPan } = props;
  const share = useMemo(() => footage && slo(footage, window), [footage, window]);
  return (
    <div
      data-testid="camera"
      data-camera={camera.key}
      className={cn("grid items-center gap-x-4 gap-y-1 border-b px-3 py-2 max-md:grid-cols-[minmax(0,1fr)_auto]", COLUMNS)}
    >
      <div className="-ml-2 min-w-0">
        <CameraInfo camera={camera} selected={selected} onOpen={() => onOpen(camera, "latest")} />
      </div>
      <Track
        className="max-md:col-span-2 max-md:row-start-2"
        label={`Timeline of ${camera.name}`}
        footage={footage ?? NO_FOOTAGE}
        {...(footage ? {} : { missing: failed ? "failed" : "loading" })}
        window={window}
        now={edge}
        playhead={playhead}
        height={44}
        onPick={(at) => onOpen(camera, at)}
        onZoom={onZoom}
        onPan={onPan}
      />
      <span className="text-right max-md:col-start-2 max-md:row-start-1 max-md:self-start max-md:pt-2">{share && <SloFigure slo={share} />}</span>
    </div>
  );
});
