import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";

import { Updates } from "./updates.ts";

let told: string[];
let updates: Updates;

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  told = [];
  updates = new Updates({ runs: () => void told.push("runs"), snapshot: () => void told.push("snapshot") });
});

describe("Updates", () => {
  it("tells at once what is marked first, all of it together, and then nothing", () => {
    updates.mark("snapshot");
    updates.mark("runs");
    updates.mark("snapshot");
    expect(told).toEqual([]);
    vi.advanceTimersByTime(10_000);

    expect(told).toEqual(["runs", "snapshot"]);
  });

  it("tells no more than ten times a second", () => {
    for (let ms = 0; ms < 1_000; ms += 10) {
      updates.mark("snapshot");
      vi.advanceTimersByTime(10);
    }

    // The first one at once.
    expect(told).toHaveLength(11);
  });

  it("tells of what is marked while it tells", () => {
    const again = new Updates({ runs: () => again.mark("snapshot"), snapshot: () => void told.push("snapshot") });
    again.mark("runs");
    vi.advanceTimersByTime(1_000);

    expect(told).toEqual(["snapshot"]);
  });

  it("looks again half a second after the last time that it was asked to", () => {
    updates.lookAgain();
    vi.advanceTimersByTime(400);
    updates.lookAgain();
    vi.advanceTimersByTime(499);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1_000);

    expect(told).toEqual(["snapshot"]);
  });

  it("leaves no timer behind when it is closed", () => {
    updates.mark("runs");
    updates.lookAgain();
    updates.close();

    expect(vi.getTimerCount()).toBe(0);
  });
});
