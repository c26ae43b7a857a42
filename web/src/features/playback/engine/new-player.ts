import type { Millis } from "@/lib/footage/types";
import { now } from "@/lib/time/clock";
import { sessionSource } from "../api/sessions";
import { Player } from "./player";

export type { Player } from "./player";

/** A player of one camera against the real server. */
export function newPlayer(cameraId: string, nextRecorded: (at: Millis) => Promise<Millis | undefined>): Player {
  return new Player(sessionSource(cameraId, nextRecorded), now);
}
