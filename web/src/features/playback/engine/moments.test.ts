import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ControlsCurtain, SHOWN_FOR } from "./curtain";
import { Drag } from "./drag";
import { liveEdge, placeInGrowing } from "./edge";
import { followMoment } from "./follow";
import { FrameClock, stepFrom } from "./frames";
import type { Piece } from "./pieces";
import { commandOf, SHORTCUTS } from "./shortcuts";
import type { Snapshot } from "./state";

const T = Date.parse("2026-11-20T13:00:00Z");
const piece = (position: number, duration: number, wall: number, gap = false): Piece => ({ position, duration, wall: T + wall * 1000, gap });
/** Forty seconds in entries of four. */
const row = Array.from({ length: 10 }, (_, index) => piece(index * 4, 4, index * 4));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("joining a recording that goes on", () => {
  it("leaves as much as passes until the next entry is there", () => {
    // The newest entry is as old as it can be: the next one is about to be listed.
    expect(liveEdge(row, T + 45_000)).toBe(T + 35_000);
    // It has just been listed.
    expect(liveEdge(row, T + 41_000)).toBe(T + 31_000);
    // Nothing has come for a minute: there is nothing to wait for.
    expect(liveEdge(row, T + 100_000)).toBe(T + 37_000);
    expect(liveEdge([], T)).toBeUndefined();
  });

  it("is for the present only: a time in the list is shown as asked for", () => {
    expect(placeInGrowing(row, T + 45_000, T + 45_000)).toBe(35);
    expect(placeInGrowing(row, T + 36_500, T + 45_000)).toBe(36.5);
    expect(placeInGrowing(row, T + 2_000, T + 45_000)).toBe(2);
  });
});

describe("a drag", () => {
  it("shows each place once, and nothing for a gap", () => {
    const pieces = [piece(0, 4, 0), piece(4, 4, 100)];
    const drag = new Drag(T + 1_000, T);
    expect(drag.nextPosition(pieces)).toBe(1);
    expect(drag.nextPosition(pieces)).toBeUndefined();
    drag.move(T + 50_000, T);
    expect(drag.nextPosition(pieces)).toBeUndefined();
    drag.move(T + 101_000, T);
    expect(drag.nextPosition(pieces)).toBe(5);
  });

  it("asks for another session once the pointer rests, and once a place", () => {
    const drag = new Drag(T, T);
    expect(drag.wantsSession(T + 100)).toBe(false);
    drag.move(T + 5_000, T + 200);
    expect(drag.wantsSession(T + 400)).toBe(false);
    expect(drag.wantsSession(T + 450)).toBe(true);
    expect(drag.wantsSession(T + 900)).toBe(false);
  });
});

describe("frames", () => {
  it("are as far apart as the closest that were seen", () => {
    const frames = new FrameClock();
    for (const position of [0, 1 / 15, 3 / 15, 4 / 15, 9]) frames.note(position);
    expect(frames.distance).toBeCloseTo(1 / 15);
    expect(frames.shown).toBe(9);
  });

  it("are stepped to a little inwards, and backwards over what holds none", () => {
    expect(stepFrom(row, 2, 2, 0.04, 1)).toBeCloseTo(2.05);
    // The frame lasts longer than the others: on from where the last step led.
    expect(stepFrom(row, 2, 2.05, 0.04, 1)).toBeCloseTo(2.09);
    expect(stepFrom(row, 2, 2, 0.04, -1)).toBeCloseTo(1.97);
    expect(stepFrom(row, 0, 0, 0.04, -1)).toBe(0);
    const withGap = [piece(0, 4, 0), piece(4, 1, 4, true), piece(5, 4, 90)];
    expect(stepFrom(withGap, 5, 5, 0.04, -1)).toBeCloseTo(3.97);
  });
});

function player() {
  const listeners = new Set<() => void>();
  let snapshot: Snapshot = { state: { kind: "ready", phase: "playing" }, at: T, rate: 1, skipped: undefined, scrubbing: false };
  return {
    subscribe: (listener: () => void) => (listeners.add(listener), () => listeners.delete(listener)),
    getSnapshot: () => snapshot,
    set: (change: Partial<Snapshot>) => {
      snapshot = { ...snapshot, ...change };
      for (const listener of listeners) listener();
    },
  };
}

describe("the address", () => {
  it("follows every two seconds while it plays, and soon after a seek or a pause", () => {
    const one = player();
    const told: number[] = [];
    const stop = followMoment(one, (at) => told.push(at - T));
    one.set({ at: T + 1 });
    vi.advanceTimersByTime(300);
    for (let second = 1; second <= 6; second += 1) {
      one.set({ at: T + second * 1_000 });
      vi.advanceTimersByTime(1_000);
    }
    expect(told).toEqual([1, 2_000, 4_000, 6_000]);
    one.set({ at: T + 60_000 });
    vi.advanceTimersByTime(250);
    expect(told.at(-1)).toBe(60_000);
    one.set({ at: T + 60_700, state: { kind: "ready", phase: "paused" } });
    vi.advanceTimersByTime(250);
    expect(told.at(-1)).toBe(60_700);
    one.set({ at: T + 70_000, scrubbing: true });
    vi.advanceTimersByTime(5_000);
    expect(told.at(-1)).toBe(60_700);
    one.set({ scrubbing: false });
    stop();
    vi.advanceTimersByTime(5_000);
    expect(told.at(-1)).toBe(60_700);
  });
});

describe("the controls over a full-screen picture", () => {
  it("go away after the last sign of life, but not while something is open", () => {
    let busy = false;
    const curtain = new ControlsCurtain(() => busy);
    curtain.wake();
    vi.advanceTimersByTime(SHOWN_FOR - 1);
    curtain.wake();
    vi.advanceTimersByTime(SHOWN_FOR - 1);
    expect(curtain.isShown()).toBe(true);
    busy = true;
    vi.advanceTimersByTime(SHOWN_FOR * 3);
    expect(curtain.isShown()).toBe(true);
    busy = false;
    vi.advanceTimersByTime(SHOWN_FOR);
    expect(curtain.isShown()).toBe(false);
    curtain.toggle();
    expect(curtain.isShown()).toBe(true);
    curtain.toggle();
    expect(curtain.isShown()).toBe(false);
    curtain.stop();
    expect(curtain.isShown()).toBe(true);
  });
});

describe("the keys", () => {
  it("that the help names do what it says, and none is named twice", () => {
    const names: Record<string, string> = { Space: " ", Esc: "Escape", "←": "ArrowLeft", "→": "ArrowRight" };
    const keys = SHORTCUTS.flatMap(({ keys: some }) => some);
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) {
      const plain = key.replace("Shift ", "");
      const event = { key: names[plain] ?? plain, shiftKey: key !== plain, ctrlKey: false, metaKey: false, altKey: false };
      expect(commandOf(event), key).toBeDefined();
    }
  });
});
