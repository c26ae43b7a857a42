import { describe, expect, it } from "vitest";
import type { Event as NightjarEvent } from "@/lib/api/types";
import type { LiveState, Socket, SocketHandlers } from "@/lib/live/connection";
import { onReturn } from "@/lib/live/returning";
import { liveEvents } from "./live";

const NOON = Date.UTC(2026, 10, 20, 12);
/** 11:50, ten minutes before: what began then may be told only now. */
const BEFORE_NOON = "01a1f8ca-c240-7000-8000-000000000000";

/** The lowest id of so many minutes after noon. */
function idOf(minute: number, rest = "7000-8000-000000000000"): string {
  const hex = (NOON + minute * 60_000).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-${rest}`;
}

/** One that began so many minutes after noon. */
function event(minute: number): NightjarEvent {
  return {
    id: idOf(minute, "7abc-8abc-0123456789ab"),
    camera_id: "c1",
    camera_name: "Yard",
    event_type: "camera_offline",
    severity: "warning",
    timestamp: new Date(NOON + minute * 60_000).toISOString(),
    end_timestamp: null,
    metadata: {},
    acknowledged: false,
    acknowledged_at: null,
    acknowledged_by: null,
  };
}

class FakeSocket implements Socket {
  readonly sent: unknown[] = [];
  closed = false;

  constructor(readonly handlers: SocketHandlers) {}

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.closed = true;
  }

  tell(message: unknown): void {
    this.handlers.onMessage(typeof message === "string" ? message : JSON.stringify(message));
  }
}

function listen(address: () => Promise<string> = () => Promise.resolve("/ws")) {
  const lines: FakeSocket[] = [];
  const states: LiveState[] = [];
  const got: string[] = [];
  /** The server's time, and how often the list had to be read again. */
  const clock = { now: NOON, missed: 0 };
  const waits: { delay: number; run: () => void }[] = [];
  const live = liveEvents(
    {
      address,
      open: (_, handlers) => {
        const line = new FakeSocket(handlers);
        lines.push(line);
        return line;
      },
      after: (delay, run) => {
        const wait = { delay, run };
        waits.push(wait);
        return () => void (waits.includes(wait) && waits.splice(waits.indexOf(wait), 1));
      },
      random: () => 1,
      now: () => clock.now,
      onEvent: ({ id }) => got.push(id),
      onMissed: () => void (clock.missed += 1),
      onState: (state) => states.push(state),
    },
    { since: NOON, cameras: ["c1"], types: [] },
  );
  live.start();
  return { live, lines, states, got, waits, clock };
}

/** Lets promises go on. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("the connection", () => {
  it("subscribes, and after a break takes up where it was", async () => {
    const { lines, states, got, waits, clock } = listen();
    await settle();
    lines[0]?.handlers.onOpen();
    expect(lines[0]?.sent).toEqual([
      { action: "subscribe", topics: ["events"], cameras: ["c1"], event_types: [] },
      { action: "resume", last_event_id: BEFORE_NOON },
    ]);
    clock.now = NOON + 60 * 60_000;
    lines[0]?.tell({ type: "event", event: event(60) });
    lines[0]?.tell("no JSON");
    expect(got).toEqual([event(60).id]);
    expect(clock.missed).toBe(0);
    lines[0]?.handlers.onClose(1006);
    expect(waits.map(({ delay }) => delay)).toEqual([1_000]);
    waits.shift()?.run();
    await settle();
    lines[1]?.handlers.onOpen();
    expect(lines[1]?.sent.at(-1)).toEqual({ action: "resume", last_event_id: idOf(50) });
    expect(states.map(({ kind }) => kind)).toEqual(["connecting", "live", "waiting", "live"]);
    // What ended meanwhile is in the list alone.
    expect(clock.missed).toBe(1);
  });

  it("goes on in the middle of what is sent again, if it breaks there", async () => {
    const { lines, waits, clock } = listen();
    clock.now = NOON + 5 * 60 * 60_000;
    await settle();
    lines[0]?.handlers.onOpen();
    lines[0]?.tell({ type: "event", event: event(30) });
    lines[0]?.handlers.onClose(1006);
    waits.shift()?.run();
    await settle();
    lines[1]?.handlers.onOpen();
    expect(lines[1]?.sent.at(-1)).toEqual({ action: "resume", last_event_id: idOf(30) });
  });

  it("waits longer each time for connections that end soon, until one lasts", async () => {
    const { lines, waits } = listen();
    const delays: number[] = [];
    for (let index = 0; index < 4; index += 1) {
      await settle();
      lines[index]?.handlers.onOpen();
      const steady = waits.shift();
      expect(steady?.delay).toBe(30_000);
      if (index === 2) steady?.run();
      lines[index]?.handlers.onClose(1008);
      delays.push(waits[0]?.delay ?? 0);
      waits.shift()?.run();
    }
    expect(delays).toEqual([1_000, 2_000, 1_000, 2_000]);
  });

  it("is tried again later each time, and at once when told", async () => {
    const { live, lines, waits } = listen();
    const delays: number[] = [];
    for (let index = 0; index < 7; index += 1) {
      await settle();
      lines[index]?.handlers.onClose(1006);
      delays.push(waits.at(-1)?.delay ?? 0);
      live.renew();
    }
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it("is made anew when it may be dead without knowing it, and once only", async () => {
    const { live, lines, states, clock } = listen();
    await settle();
    lines[0]?.handlers.onOpen();
    live.renew();
    live.renew();
    expect(lines[0]?.closed).toBe(true);
    expect(states.at(-1)).toEqual({ kind: "connecting" });
    await settle();
    expect(lines).toHaveLength(2);
    lines[1]?.handlers.onOpen();
    expect(states.at(-1)).toEqual({ kind: "live" });
    expect(clock.missed).toBe(1);
    live.stop();
    live.renew();
    await settle();
    expect(lines).toHaveLength(2);
  });

  it("is given up when the right to it is gone, and when it is stopped", async () => {
    const refused = listen();
    await settle();
    refused.lines[0]?.handlers.onClose(4403);
    expect(refused.states.at(-1)).toEqual({ kind: "refused" });
    expect(refused.waits).toEqual([]);
    const stopped = listen();
    await settle();
    stopped.live.stop();
    expect(stopped.lines[0]?.closed).toBe(true);
    expect(stopped.waits).toEqual([]);
    const forbidden = listen(() => Promise.reject(Object.assign(new Error("no"), { status: 403 })));
    await settle();
    expect(forbidden.states.at(-1)).toEqual({ kind: "refused" });
  });

  it("asks again for what was lost, and never twice for the same", async () => {
    const { lines, clock } = listen();
    await settle();
    lines[0]?.handlers.onOpen();
    lines[0]?.tell({ type: "lagged", missed: 3 });
    expect(lines[0]?.sent.at(-1)).toEqual({ action: "resume", last_event_id: BEFORE_NOON });
    lines[0]?.tell({ type: "event", event: event(9) });
    lines[0]?.tell({ type: "event", event: event(8) });
    lines[0]?.tell({ type: "lagged", missed: 3 });
    expect(lines[0]?.sent.at(-1)).toEqual({ action: "resume", last_event_id: event(9).id });
    expect(clock.missed).toBe(2);
  });
});

describe("coming back", () => {
  it("is the network's return, and a look after a minute away", () => {
    const window = new EventTarget();
    const document = Object.assign(new EventTarget(), { visibilityState: "visible" as DocumentVisibilityState });
    let now = 0;
    let count = 0;
    const leave = onReturn({ window, document, now: () => now }, () => {
      count += 1;
    });
    const turn = (visibilityState: DocumentVisibilityState) => {
      document.visibilityState = visibilityState;
      document.dispatchEvent(new Event("visibilitychange"));
    };
    window.dispatchEvent(new Event("online"));
    expect(count).toBe(1);
    turn("hidden");
    now += 59_000;
    turn("visible");
    expect(count).toBe(1);
    turn("hidden");
    now += 61_000;
    turn("visible");
    expect(count).toBe(2);
    leave();
    window.dispatchEvent(new Event("online"));
    expect(count).toBe(2);
  });
});
