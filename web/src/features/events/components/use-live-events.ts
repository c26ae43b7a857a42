import { useEffect, useEffectEvent, useState } from "react";
import type { Event } from "@/lib/api/types";
import type { Millis } from "@/lib/footage/types";
import { browserDependencies, keepOpen } from "@/lib/live/browser";
import type { LiveState } from "@/lib/live/connection";
import { now } from "@/lib/time/clock";
import { liveEvents } from "../live";

interface Listening {
  /** Not before the list is there: what comes is compared with it. */
  readonly enabled: boolean;
  readonly camera: string | undefined;
  readonly type: string | undefined;
  /** When the list was read, by the server's clock. */
  listed(): Millis;
  onEvent(event: Event): void;
  /** The list has to be read again. */
  onMissed(): void;
}

/** Listens for events while the page is shown; tells how the connection is. */
export function useLiveEvents({ enabled, camera, type, listed, onEvent, onMissed }: Listening): LiveState {
  const [state, setState] = useState<LiveState>({ kind: "connecting" });
  const listedNow = useEffectEvent(listed);
  const take = useEffectEvent(onEvent);
  const miss = useEffectEvent(onMissed);
  useEffect(() => {
    if (!enabled) return;
    return keepOpen(
      liveEvents(
        { ...browserDependencies, now, onEvent: (event) => take(event), onMissed: () => miss(), onState: setState },
        { since: listedNow(), cameras: camera === undefined ? [] : [camera], types: type === undefined ? [] : [type] },
      ),
    );
  }, [enabled, camera, type]);
  return state;
}
