import { describe, expect, it } from "vitest";
import type { Event } from "@/lib/api/types";
import { fits, isOver, parseEventFilter, queryOf } from "./filter";
import { EMPTY_INBOX, isBeyond, merged, receive, reveal, waitingIn } from "./inbox";

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

  it("is over when its last day is, and what is told late has been told", () => {
    const midnight = Date.parse("2026-11-20T23:00:00Z");
    expect(isOver({ to: "2026-11-20" }, midnight + 59_999, 60_000)).toBe(false);
    expect(isOver({ to: "2026-11-20" }, midnight + 60_000, 60_000)).toBe(true);
    expect(isOver({ from: "2020-01-01" }, midnight, 0)).toBe(false);
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
  });

  it("is not new if it is on a page that was not loaded, also when all share a time", () => {
    const many = Array.from({ length: 400 }, (_, index) => event(`e${1_900 - index}`, 1));
    const page = many.slice(0, 50);
    const inbox = many.reduce((before, one) => receive(before, one, page.includes(one), !isBeyond(page, true, one)), EMPTY_INBOX);
    expect(waitingIn(page, inbox)).toBe(0);
    expect(merged(page, reveal(inbox))).toEqual(page);
    expect(isBeyond(page, true, event("e1901", 1))).toBe(false);
    expect(isBeyond(page, false, event("e1001", 1))).toBe(false);
  });

  it("changes what is in the list where it stands", () => {
    const ended = event("e1", 1, { end_timestamp: "2026-11-20T12:05:00.000Z" });
    const inbox = receive(EMPTY_INBOX, ended, true, false);
    expect(merged(loaded, inbox)[1]?.end_timestamp).toBe("2026-11-20T12:05:00.000Z");
    expect(waitingIn(loaded, inbox)).toBe(0);
  });

  it("gives way to a list that was read later", () => {
    const inbox = receive(EMPTY_INBOX, event("e1", 1), true, true);
    const ended = event("e1", 1, { end_timestamp: "2026-11-20T12:05:00.000Z", acknowledged: true });
    expect(merged([ended], inbox)).toEqual([ended]);
    const seen = event("e1", 1, { acknowledged: true });
    expect(merged(loaded, receive(inbox, seen, true, true))[1]).toEqual(seen);
  });

  it("is left out if nobody looks for it", () => {
    expect(receive(EMPTY_INBOX, event("e0", 0), false, false)).toBe(EMPTY_INBOX);
  });
});
