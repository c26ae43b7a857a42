import { describe, expect, it } from "vitest";
import { MINUTE } from "@/lib/footage/view";
import { endPosition, gapExit, lastWall, type Piece, positionOf, skippedBetween, wallAt } from "./pieces";
import { covers, planSession } from "./plan";
import { markEnd, markStart, rangeProblem, rangeSummary, suggestedRange } from "./range";
import { commandOf } from "./shortcuts";

const T = Date.parse("2026-11-20T13:00:00Z");
const piece = (position: number, duration: number, wall: number, gap = false): Piece => ({ position, duration, wall: T + wall * 1000, gap });

/** 8 s of footage, an hour missing (one second in the list), 4 s, a jump of 10 s without an entry, 4 s. */
const pieces = [piece(0, 4, 0), piece(4, 4, 4), piece(8, 1, 8, true), piece(9, 4, 3608), piece(13, 4, 3622)];

describe("the two clocks of a playlist", () => {
  it("give the wall-clock time of a position", () => {
    expect(wallAt(pieces, 0)).toBe(T);
    expect(wallAt(pieces, 5.5)).toBe(T + 5_500);
    expect(wallAt(pieces, 10)).toBe(T + 3_609_000);
    expect(wallAt(pieces, 99)).toBe(T + 3_626_000);
    expect(wallAt([], 0)).toBeUndefined();
  });

  it("give the position of a wall-clock time, behind a gap if it is in one", () => {
    expect(positionOf(pieces, T - 5_000)).toBe(0);
    expect(positionOf(pieces, T + 6_250)).toBe(6.25);
    expect(positionOf(pieces, T + 1_800_000)).toBe(9);
    expect(positionOf(pieces, T + 3_615_000)).toBe(13);
    expect(positionOf(pieces, T + 3_626_000)).toBeUndefined();
  });

  it("agree with each other at every position with footage", () => {
    for (let position = 0; position < 16.99; position += 0.04) {
      if (position >= 8 && position < 9) continue;
      const wall = wallAt(pieces, position);
      expect(positionOf(pieces, wall ?? 0)).toBeCloseTo(position, 6);
    }
  });

  it("know the end", () => {
    expect(endPosition(pieces)).toBe(17);
    expect(lastWall(pieces)).toBe(T + 3_626_000);
    expect(lastWall([piece(0, 1, 0, true)])).toBeUndefined();
  });
});

describe("stepping over gaps", () => {
  it("leads behind the gap, also from just before it", () => {
    expect(gapExit(pieces, 8.2, 0)).toBe(9);
    expect(gapExit(pieces, 7.9, 0.3)).toBe(9);
    expect(gapExit(pieces, 7.9, 0)).toBeUndefined();
    expect(gapExit(pieces.slice(0, 3), 8.2, 0)).toBeUndefined();
  });

  it("tells what was skipped, with or without an entry for it", () => {
    expect(skippedBetween(pieces, 7.9, 9.001)).toEqual([{ start: T + 8_000, end: T + 3_608_000 }]);
    expect(skippedBetween(pieces, 12.9, 13.1)).toEqual([{ start: T + 3_612_000, end: T + 3_622_000 }]);
    expect(skippedBetween(pieces, 1, 5)).toEqual([]);
  });
});

describe("which session to ask for", () => {
  const now = T;
  it("is one that grows for recent footage and a closed one for older footage", () => {
    expect(planSession(now - 10 * MINUTE, now).to).toBeUndefined();
    const old = planSession(now - 600 * MINUTE, now);
    expect(old.to).toBeLessThan(now);
    expect(covers(old, now - 600 * MINUTE)).toBe(true);
    expect(covers(old, now - 629 * MINUTE)).toBe(true);
    expect(covers(old, now - 631 * MINUTE)).toBe(false);
    expect(covers(old, old.to ?? 0)).toBe(false);
  });
});

describe("marks of a range", () => {
  it("replace each other when they would cross", () => {
    expect(markStart({ end: 50 }, 10)).toEqual({ start: 10, end: 50 });
    expect(markStart({ start: 5, end: 50 }, 60)).toEqual({ start: 60 });
    expect(markEnd({ start: 10 }, 50)).toEqual({ start: 10, end: 50 });
    expect(markEnd({ start: 60 }, 50)).toEqual({ end: 50 });
  });

  it("lead to a suggestion that is not in the future", () => {
    expect(suggestedRange({}, T, T + 10_000)).toEqual({ start: T - 30_000, end: T + 10_000 });
    expect(suggestedRange({ start: T, end: T + 5 }, T + 99, T + 100)).toEqual({ start: T, end: T + 5 });
  });

  it("are checked before anything is asked for", () => {
    expect(rangeProblem({ start: 1, end: undefined }, T)).toBe("Give both times.");
    expect(rangeProblem({ start: 5, end: 5 }, T)).toMatch(/after/);
    expect(rangeProblem({ start: T + 1, end: T + 2 }, T)).toMatch(/future/);
    expect(rangeProblem({ start: T - 25 * 3_600_000, end: T }, T)).toMatch(/24|1 d/);
    expect(rangeProblem({ start: T - 1000, end: T }, T)).toBeUndefined();
  });

  it("say what is missing only when that is known", () => {
    const range = { start: T, end: T + 60_000 };
    const footage = { known: range, spans: [{ start: T, end: T + 45_000, open: false }], gaps: [] };
    expect(rangeSummary(range, "loading")).toBe("1 min, CET.");
    expect(rangeSummary(range, "failed")).toMatch(/can't be read/);
    expect(rangeSummary(range, footage)).toMatch(/15 s of it is not recorded/);
    expect(rangeSummary({ start: T, end: T + 45_000 }, footage)).toBe("45 s, CET.");
  });
});

function key(name: string, more = {}) {
  return { key: name, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...more };
}

describe("the keys", () => {
  it("jump, and leave the browser's own shortcuts alone", () => {
    expect(commandOf(key("ArrowLeft"))).toEqual({ kind: "jump", seconds: -5 });
    expect(commandOf(key("J"))).toEqual({ kind: "jump", seconds: -10 });
    expect(commandOf(key("ArrowRight", { shiftKey: true }))).toEqual({ kind: "jump", seconds: 60 });
    expect(commandOf(key("c", { ctrlKey: true }))).toBeUndefined();
    expect(commandOf(key("x"))).toBeUndefined();
  });
});
