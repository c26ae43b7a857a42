import { useState, useSyncExternalStore } from "react";
import { newPlayer, type Player } from "@/features/playback/engine/new-player";
import type { Millis } from "@/lib/footage/types";

/** The player of the camera that is chosen; another one for another camera. */
export function usePlayerFor(cameraId: string | undefined): Player | undefined {
  const [held, setHeld] = useState<{ cameraId: string; player: Player }>();
  if (cameraId !== undefined && held?.cameraId !== cameraId) {
    const player = newPlayer(cameraId);
    setHeld({ cameraId, player });
    return player;
  }
  return cameraId === undefined ? undefined : held?.player;
}

/** The player's time in whole seconds, for everything that need not follow each frame. */
export function usePlayhead(player: Player | undefined): Millis | undefined {
  return useSyncExternalStore(
    (listener) => player?.subscribe(listener) ?? (() => {}),
    () => {
      const at = player?.getSnapshot().at;
      return at === undefined ? undefined : Math.floor(at / 1000) * 1000;
    },
  );
}
