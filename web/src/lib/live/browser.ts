/** The browser's WebSocket, timers and events for a live connection. */
import { api, unwrap } from "@/lib/api/client";
import type { ConnectionDependencies, LiveConnection, Socket, SocketHandlers } from "./connection";
import { onReturn } from "./returning";

/** All that a connection needs, but for who is told its state. */
export const browserDependencies: Omit<ConnectionDependencies, "onState"> = {
  address: liveAddress,
  open: openSocket,
  after: (delay, run) => {
    const timer = setTimeout(run, delay);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

/** Keeps the connection while somebody looks; returns what ends it. */
export function keepOpen(connection: Pick<LiveConnection, "start" | "stop" | "renew">): () => void {
  const leave = onReturn({ window, document, now: Date.now }, () => connection.renew());
  connection.start();
  return () => {
    leave();
    connection.stop();
  };
}

/** A ticket for one connection: browsers can't send the token with a WebSocket. */
async function liveAddress(): Promise<string> {
  const { url } = await unwrap(api.POST("/api/v1/ws/tickets"));
  const address = new URL(url, location.origin);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return address.href;
}

function openSocket(address: string, handlers: SocketHandlers): Socket {
  const socket = new WebSocket(address);
  const listening = new AbortController();
  const { signal } = listening;
  socket.addEventListener("open", () => handlers.onOpen(), { signal });
  socket.addEventListener("message", ({ data }) => handlers.onMessage(data), { signal });
  socket.addEventListener("close", ({ code }) => handlers.onClose(code), { signal });
  return {
    send: (text) => socket.send(text),
    close: () => {
      listening.abort();
      socket.close();
    },
  };
}
