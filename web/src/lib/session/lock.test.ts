import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { uninterrupted } from "./interrupted";
import { leasedIn, pause, type Shelf } from "./lock";

class Memory implements Shelf {
  readonly items = new Map<string, string>();
  getItem(key: string) {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string) {
    this.items.set(key, value);
  }
  removeItem(key: string) {
    this.items.delete(key);
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("the lock of pages without locks", () => {
  it("lets one tab in at a time, and all of them in the end", async () => {
    const storage = new Memory();
    let inside = 0;
    let most = 0;
    let done = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await pause(200);
      inside -= 1;
      done += 1;
    };
    const tabs = [1, 2, 3, 4].map(() => leasedIn(storage, "test"));
    const all = Promise.all(tabs.flatMap((tab) => [tab(work), tab(work)]));
    await vi.advanceTimersByTimeAsync(20_000);
    await all;
    expect(most).toBe(1);
    expect(done).toBe(8);
    expect(storage.items.size).toBe(0);
  });

  it("is given back by work that fails, and ends by itself when a tab is closed", async () => {
    const storage = new Memory();
    const tab = leasedIn(storage, "test");
    const failing = expect(tab(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await vi.advanceTimersByTimeAsync(1_000);
    await failing;
    storage.setItem("test.lease", JSON.stringify({ by: "a tab that was closed", until: Date.now() + 15_000 }));
    const next = leasedIn(storage, "test")(() => Promise.resolve("in"));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await next).toBe("in");
  });
});

describe("work that takes long", () => {
  it("keeps the lock until it is done", async () => {
    const storage = new Memory();
    const first = leasedIn(storage, "test")(() => pause(40_000));
    await vi.advanceTimersByTimeAsync(1_000);
    const work = vi.fn(() => Promise.resolve("in"));
    const next = leasedIn(storage, "test")(work);
    await vi.advanceTimersByTimeAsync(38_000);
    expect(work).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2_000);
    await first;
    expect(await next).toBe("in");
    expect(storage.items.size).toBe(0);
  });
});

describe("a renewal that a closed page has left behind", () => {
  it("is waited for, so that the old cookie is not sent twice", async () => {
    const storage = new Memory();
    void uninterrupted(storage, () => new Promise(() => {}));
    const work = vi.fn(() => Promise.resolve("new"));
    const next = uninterrupted(storage, work);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(work).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await next).toBe("new");
    expect(storage.items.size).toBe(0);
  });

  it("costs nothing when there was none", async () => {
    const work = vi.fn(() => Promise.resolve("new"));
    expect(await uninterrupted(new Memory(), work)).toBe("new");
    expect(await uninterrupted(undefined, work)).toBe("new");
  });
});
