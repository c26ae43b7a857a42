import { useId } from "react";
import { useRowStop } from "@/components/rows/row-stop";
import { cn } from "@/lib/cn";
import type { Camera } from "../api/cameras";
import { codecName } from "../codecs";
import { RecordingBadge } from "./recording-badge";

interface CameraInfoProps {
  readonly camera: Camera;
  readonly selected: boolean;
  onOpen(): void;
}

/** The left part of a row: who it is and how it is. */
export function CameraInfo({ camera, selected, onOpen }: CameraInfoProps) {
  const name = useId();
  return (
    <div className="relative flex min-w-0 flex-col items-start gap-0.5 px-2 py-1.5 text-left">
      {/* Under the words, so that all of them can be clicked, and is called what is written there. */}
      <button
        {...useRowStop()}
        type="button"
        onClick={onOpen}
        aria-current={selected ? "true" : undefined}
        aria-labelledby={name}
        title="Play the latest picture"
        className={cn("absolute inset-0 rounded-md outline-none hover:bg-accent focus-visible:ring-2 focus-visible:ring-ring", selected && "bg-accent")}
      />
      <span id={name} className="pointer-events-none relative max-w-full truncate text-sm font-medium">
        {camera.name}
      </span>
      <span className="pointer-events-none relative max-w-full">
        <RecordingBadge recording={camera.recording} />
      </span>
      <span className="pointer-events-none relative max-w-full truncate text-xs text-muted-foreground tabular-nums">{figures(camera)}</span>
    </div>
  );
}

/** `1920×1080 · H.264, AAC`; while nothing comes, what was last known. What is measured all the time is on the camera's page. */
function figures(camera: Camera): string {
  const parts = [];
  if (camera.width && camera.height) parts.push(`${camera.width}×${camera.height}`);
  if (camera.codecs.length > 0) parts.push(camera.codecs.map(codecName).join(", "));
  return parts.length > 0 ? parts.join(" · ") : "No stream yet";
}
