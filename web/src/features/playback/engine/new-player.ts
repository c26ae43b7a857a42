import { now } from "@/lib/time/clock";
import { sessionSource } from "../api/sessions";
import { Player } from "./player";

export type { Player } from "./player";

/** A player of one camera against the real server. */
export function newPlayer(cameraId: string): Player {
  return new Player(sessionSource(cameraId), now);
}
