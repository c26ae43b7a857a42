import { useState, useSyncExternalStore } from "react";
import { newPlayer, type Player } from "@/features/playback/engine/new-player";
import { fetchFootage } from "@/lib/api/footage";
import { nextRecorded } from "@/lib/footage/navigate";
import type { Millis } from "@/lib/footage/types";
import { now } from "@/lib/time/clock";

/** The player of the camera that is chosen; another one for another camera. */
export function usePlayerFor(cameraId: string | undefined): Player | undefined {
  const [held, setHeld] = useState<{ cameraId: string; player: Player }>();
  if (cameraId !== undefined && held?.cameraId !== cameraId) {
    const player = newPlayer(cameraId, (at) => findNext(cameraId, at));
    setHeld({ cameraId, player });
    return player;
  }
  return cameraId === undefined ? undefined : held?.player;
}

async function findNext(cameraId: string, at: Millis): Promise<Millis | undefined> {
  return nextRecorded(await fetchFootage(cameraId, at, now()), at);
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
