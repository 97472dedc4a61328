import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Delayed } from "./delayed.ts";

describe("Delayed", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("does things after their time, and at once without one", () => {
    const done: string[] = [];
    const delayed = new Delayed();

    delayed.after(100, () => done.push("late"));
    delayed.after(0, () => done.push("at once"));

    expect(done).toEqual(["at once"]);
    vi.advanceTimersByTime(99);
    expect(done).toEqual(["at once"]);
    vi.advanceTimersByTime(1);
    expect(done).toEqual(["at once", "late"]);
  });

  it("does at the end what still waits, once", () => {
    const done: string[] = [];
    const delayed = new Delayed();
    delayed.after(100, () => done.push("late"));

    delayed.flush();
    vi.advanceTimersByTime(100);

    expect(done).toEqual(["late"]);
  });
});
