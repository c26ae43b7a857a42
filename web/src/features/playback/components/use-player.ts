import { useCallback, useSyncExternalStore } from "react";
import type { Player } from "../engine/player";
import type { Snapshot } from "../engine/state";

export function useSnapshot(player: Player): Snapshot {
  return useSyncExternalStore(player.subscribe, player.getSnapshot);
}

/** For the `ref` of the <video>. */
export function useAttach(player: Player): (video: HTMLVideoElement | null) => (() => void) | undefined {
  return useCallback((video: HTMLVideoElement | null) => (video ? player.attach(video) : undefined), [player]);
}
