import { useEffect, useEffectEvent, useState } from "react";
import type { Event } from "@/lib/api/types";
import { liveAddress } from "../api/events";
import { type Ears, type Line, LiveEvents, type LiveState } from "../live";

interface Listening {
  /** Not before the list is there: what comes is compared with it. */
  readonly enabled: boolean;
  readonly camera: string | undefined;
  readonly type: string | undefined;
  newest(): string | undefined;
  onEvent(event: Event): void;
}

/** Listens for events while the page is shown; tells how the connection is. */
export function useLiveEvents({ enabled, camera, type, newest, onEvent }: Listening): LiveState {
  const [state, setState] = useState<LiveState>({ kind: "connecting" });
  const newestNow = useEffectEvent(newest);
  const take = useEffectEvent(onEvent);
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
        newest: () => newestNow(),
        onEvent: (event) => take(event),
        onState: setState,
      },
      { cameras: camera === undefined ? [] : [camera], types: type === undefined ? [] : [type] },
    );
    const hurry = () => live.hurry();
    window.addEventListener("online", hurry);
    live.start();
    return () => {
      window.removeEventListener("online", hurry);
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
