import { describe, expect, it } from "vitest";
import type { Event } from "@/lib/api/types";
import { type Ears, type Line, LiveEvents, type LiveState } from "./live";

function event(id: string, minute: number, more: Partial<Event> = {}): Event {
  return {
    id,
    camera_id: "c1",
    camera_name: "Yard",
    event_type: "camera_offline",
    severity: "warning",
    timestamp: new Date(Date.UTC(2026, 10, 20, 12, minute)).toISOString(),
    end_timestamp: null,
    metadata: {},
    acknowledged: false,
    acknowledged_at: null,
    acknowledged_by: null,
    ...more,
  };
}

class FakeLine implements Line {
  readonly sent: unknown[] = [];
  closed = false;

  constructor(readonly ears: Ears) {}

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.closed = true;
  }

  tell(message: unknown): void {
    this.ears.onMessage(typeof message === "string" ? message : JSON.stringify(message));
  }
}

function listen(address: () => Promise<string> = () => Promise.resolve("/ws")) {
  const lines: FakeLine[] = [];
  const states: LiveState[] = [];
  const got: string[] = [];
  const waits: { delay: number; run: () => void }[] = [];
  const live = new LiveEvents(
    {
      address,
      open: (_, ears) => {
        const line = new FakeLine(ears);
        lines.push(line);
        return line;
      },
      after: (delay, run) => {
        const wait = { delay, run };
        waits.push(wait);
        return () => void waits.splice(waits.indexOf(wait), 1);
      },
      random: () => 1,
      newest: () => got.at(-1),
      onEvent: ({ id }) => got.push(id),
      onState: (state) => states.push(state),
    },
    { cameras: ["c1"], types: [] },
  );
  live.start();
  return { live, lines, states, got, waits };
}

/** Lets promises go on. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("the connection", () => {
  it("subscribes, and after a break takes up where it was", async () => {
    const { lines, states, got, waits } = listen();
    await settle();
    lines[0]?.ears.onOpen();
    expect(lines[0]?.sent).toEqual([{ action: "subscribe", topics: ["events"], cameras: ["c1"], event_types: [] }]);
    lines[0]?.tell({ type: "event", event: event("e7", 7) });
    lines[0]?.tell("no JSON");
    expect(got).toEqual(["e7"]);
    lines[0]?.ears.onClose(1006);
    expect(waits.map(({ delay }) => delay)).toEqual([1_000]);
    waits.shift()?.run();
    await settle();
    lines[1]?.ears.onOpen();
    expect(lines[1]?.sent.at(-1)).toEqual({ action: "resume", last_event_id: "e7" });
    expect(states.map(({ kind }) => kind)).toEqual(["connecting", "live", "waiting", "live"]);
  });

  it("is tried again later each time, and at once when told", async () => {
    const { live, lines, waits } = listen();
    const delays: number[] = [];
    for (let index = 0; index < 7; index += 1) {
      await settle();
      lines[index]?.ears.onClose(1006);
      delays.push(waits.at(-1)?.delay ?? 0);
      live.hurry();
    }
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it("is given up when the right to it is gone, and when it is stopped", async () => {
    const refused = listen();
    await settle();
    refused.lines[0]?.ears.onClose(4403);
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

  it("asks again for what was lost", async () => {
    const { lines } = listen();
    await settle();
    lines[0]?.ears.onOpen();
    lines[0]?.tell({ type: "event", event: event("e9", 9) });
    lines[0]?.tell({ type: "lagged", missed: 3 });
    expect(lines[0]?.sent.at(-1)).toEqual({ action: "resume", last_event_id: "e9" });
  });
});
