import { useEffect, useRef } from "react";
import type { Millis } from "@/lib/footage/types";
import { followMoment } from "../engine/follow";
import type { Player } from "../engine/player";

/** So many moments may be on their way into the address at once. */
const PENDING = 8;

/** Keeps the player at the moment that the address names, and the address at the one that the player shows. */
export function useTarget(player: Player, target: Millis | "latest", onMoment: (at: Millis) => void): void {
  const current = useRef<Millis | "latest">(undefined);
  // Moments of the player itself that the address has not named yet: it must not go back to them.
  const pending = useRef<Millis[]>([]);
  const tell = useRef(onMoment);
  useEffect(() => {
    tell.current = onMoment;
  });
  // The player is outside of React: it is told when the address asks for another moment.
  useEffect(() => {
    if (current.current === target) return;
    current.current = target;
    const own = target === "latest" ? -1 : pending.current.indexOf(target);
    if (own >= 0) pending.current.splice(0, own + 1);
    else if (target === "latest") player.latest();
    else player.goTo(target);
  }, [player, target]);
  useEffect(
    () =>
      followMoment(player, (at) => {
        if (at === current.current) return;
        pending.current = [...pending.current, at].slice(-PENDING);
        tell.current(at);
      }),
    [player],
  );
}
