import { useEffect, useEffectEvent, useState } from "react";
import type { Event } from "@/lib/api/types";
import type { Millis } from "@/lib/footage/types";
import { now } from "@/lib/time/clock";
import { liveAddress } from "../api/events";
import { type Ears, type Line, LiveEvents, type LiveState } from "../live";
import { onReturn } from "../returning";

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
    const live = new LiveEvents(
      {
        address: liveAddress,
        open: openLine,
        after: (delay, run) => {
          const timer = setTimeout(run, delay);
          return () => clearTimeout(timer);
        },
        random: Math.random,
        now,
        onEvent: (event) => take(event),
        onMissed: () => miss(),
        onState: setState,
      },
      { since: listedNow(), cameras: camera === undefined ? [] : [camera], types: type === undefined ? [] : [type] },
    );
    const leave = onReturn({ window, document, now: Date.now }, () => live.renew());
    live.start();
    return () => {
      leave();
      live.stop();
    };
  }, [enabled, camera, type]);
  return state;
}

function openLine(address: string, ears: Ears): Line {
  const socket = new WebSocket(address);
  const hearing = new AbortController();
  const { signal } = hearing;
  socket.addEventListener("open", () => ears.onOpen(), { signal });
  socket.addEventListener("message", ({ data }) => ears.onMessage(data), { signal });
  socket.addEventListener("close", ({ code }) => ears.onClose(code), { signal });
  return {
    send: (text) => socket.send(text),
    close: () => {
      hearing.abort();
      socket.close();
    },
  };
}
