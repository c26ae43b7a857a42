import { describe, expect, it } from "vitest";
import type { Event } from "@/lib/api/types";
import { fits, parseEventFilter, queryOf } from "./filter";
import { EMPTY_INBOX, merged, newestId, receive, reveal, waitingIn } from "./inbox";
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

describe("what is looked for", () => {
  it("is taken from the address as far as it is known", () => {
    expect(parseEventFilter({ camera: "c1", severity: "loud", acknowledged: false, from: "2026-11-20", to: "soon" })).toEqual({ camera: "c1", acknowledged: false, from: "2026-11-20" });
  });

  it("asks for whole days of the browser's zone", () => {
    expect(queryOf({ from: "2026-11-20", to: "2026-11-20", acknowledged: false })).toEqual({
      acknowledged: false,
      start_date: "2026-11-19T23:00:00.000Z",
      end_date: "2026-11-20T23:00:00.000Z",
    });
  });

  it("is asked of what comes live too", () => {
    const one = event("e1", 0);
    expect(fits(one, {})).toBe(true);
    expect(fits(one, { camera: "c2" })).toBe(false);
    expect(fits(one, { severity: "critical" })).toBe(false);
    expect(fits({ ...one, acknowledged: true }, { acknowledged: false })).toBe(false);
    expect(fits(one, { to: "2026-11-19" })).toBe(false);
  });
});

describe("what comes live", () => {
  const loaded = [event("e2", 2), event("e1", 1)];

  it("waits until it is asked for, and is there once", () => {
    let inbox = receive(EMPTY_INBOX, event("e3", 3), false, true);
    inbox = receive(inbox, event("e3", 3), false, true);
    expect(merged(loaded, inbox).map(({ id }) => id)).toEqual(["e2", "e1"]);
    expect(waitingIn(loaded, inbox)).toBe(1);
    inbox = reveal(inbox);
    expect(merged(loaded, inbox).map(({ id }) => id)).toEqual(["e3", "e2", "e1"]);
    expect(merged([event("e3", 3), ...loaded], inbox).map(({ id }) => id)).toEqual(["e3", "e2", "e1"]);
    expect(waitingIn(loaded, inbox)).toBe(0);
    expect(newestId(loaded, inbox)).toBe("e3");
  });

  it("changes what is in the list where it stands", () => {
    const ended = event("e1", 1, { end_timestamp: "2026-11-20T12:05:00.000Z" });
    const inbox = receive(EMPTY_INBOX, ended, true, false);
    expect(merged(loaded, inbox)[1]?.end_timestamp).toBe("2026-11-20T12:05:00.000Z");
    expect(waitingIn(loaded, inbox)).toBe(0);
  });

  it("is left out if nobody looks for it", () => {
    expect(receive(EMPTY_INBOX, event("e0", 0), false, false)).toBe(EMPTY_INBOX);
  });
});

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
