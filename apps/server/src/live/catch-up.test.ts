import { createMemoryRunLog } from "@windowscope/runlog";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { CatchUp, type Reader } from "./catch-up.ts";
import { DEFAULT_LIMITS } from "./limits.ts";

const SERVING_MS = 1;
const MESSAGES = 6;
const LIMITS = { ...DEFAULT_LIMITS, catchUpMsPerTurn: 2 };

let nowMs = 0;

beforeEach(() => {
  nowMs = 0;
  vi.useFakeTimers({ toFake: ["setTimeout", "setImmediate"] });
  vi.spyOn(performance, "now").mockImplementation(() => nowMs);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A reader that wants six messages, and keeps the process busy for each. */
function startReader(): { readonly catchUp: CatchUp; readonly served: () => number } {
  const catchUp = new CatchUp(createMemoryRunLog(), LIMITS);
  let served = 0;
  const reader: Reader = {
    catchUp() {
      nowMs += SERVING_MS;
      served++;
      return served < MESSAGES ? "again" : undefined;
    },
    found: () => undefined,
  };
  catchUp.request(reader);
  return { catchUp, served: () => served };
}

describe("CatchUp", () => {
  it("lets others have their turn after the time it is given", () => {
    const { served } = startReader();

    vi.advanceTimersToNextTimer();

    expect(served()).toBe(2);
  });

  it("goes on at once when nothing new goes out", () => {
    const { served } = startReader();
    vi.advanceTimersToNextTimer();

    vi.advanceTimersByTime(2);

    expect(served()).toBe(MESSAGES);
  });

  it("leaves two thirds of the time to what is new", () => {
    const { catchUp, served } = startReader();
    catchUp.giveWay();
    vi.advanceTimersToNextTimer();

    vi.advanceTimersByTime(3);
    const duringPause = served();
    vi.advanceTimersByTime(1);

    expect(duringPause).toBe(2);
    expect(served()).toBe(4);
  });

  it("takes all its time again when nothing new has gone out for a second", () => {
    const { catchUp, served } = startReader();
    catchUp.giveWay();
    nowMs += 1_001;
    vi.advanceTimersToNextTimer();

    vi.advanceTimersByTime(2);

    expect(served()).toBe(MESSAGES);
  });
});
