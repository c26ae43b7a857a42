/** The cameras' state as it changes, over a live connection, instead of asking for the whole list again and again. */
import type { Camera, CameraStatus } from "@/lib/api/types";
import { type ConnectionDependencies, LiveConnection } from "@/lib/live/connection";

/** What the topic `status` tells. */
export interface StatusChange {
  readonly camera_id: string;
  readonly connected: boolean;
  readonly recording_state: CameraStatus["recording_state"];
  readonly gap_cause: CameraStatus["gap_cause"];
  readonly details: string;
  readonly timestamp: string;
}

export interface StatusDependencies extends ConnectionDependencies {
  onStatus(change: StatusChange): void;
  /** Changes may have been missed: the list has to be read again. */
  onMissed(): void;
}

export function liveStatus(dependencies: StatusDependencies): LiveConnection {
  return new LiveConnection(dependencies, {
    onOpen(send) {
      send({ action: "subscribe", topics: ["status"] });
      // Also the first time: something may have changed between the list and this.
      dependencies.onMissed();
    },
    onMessage(message) {
      if (message["type"] === "status") dependencies.onStatus(message as unknown as StatusChange);
      else if (message["type"] === "lagged") dependencies.onMissed();
    },
  });
}

/** The cameras after a change; the same list if it concerns none of them. */
export function withStatus<C extends Pick<Camera, "id" | "status">>(cameras: readonly C[], change: StatusChange): readonly C[] {
  const index = cameras.findIndex(({ id }) => id === change.camera_id);
  const camera = cameras[index];
  return camera === undefined ? cameras : cameras.with(index, { ...camera, status: changed(camera.status, change) });
}

function changed(status: CameraStatus, { connected, recording_state, gap_cause, details, timestamp }: StatusChange): CameraStatus {
  const isSame = recording_state === status.recording_state && gap_cause === status.gap_cause;
  return { ...status, connected, recording_state, gap_cause, details, since: isSame && status.since !== null ? status.since : timestamp, wants_recording: recording_state !== "off" };
}

/** Whether the list has to be read again for what a change does not say: a new camera, or a picture of unknown size. */
export function needsMore(cameras: readonly Pick<Camera, "id" | "status">[], change: StatusChange): boolean {
  const camera = cameras.find(({ id }) => id === change.camera_id);
  return camera === undefined || (change.connected && camera.status.width === null);
}
