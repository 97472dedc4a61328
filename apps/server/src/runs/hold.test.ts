import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";

import { Hold } from "./hold.ts";

describe("Hold", () => {
  it("ends when the process stops, and when it is lost", () => {
    const stop = new AbortController();
    const [one, other] = [new Hold(stop.signal), new Hold(stop.signal)];
    const taken = new Error("taken");

    other.lose(taken);
    expect([one.signal.aborted, other.signal.reason]).toEqual([false, taken]);
    stop.abort("stopped");

    expect([one.signal.reason, other.signal.reason]).toEqual(["stopped", taken]);
  });

  it("has ended from the start where the process has stopped", () => {
    expect(new Hold(AbortSignal.abort("stopped")).signal.reason).toBe("stopped");
  });

  it("leaves nothing behind on what it follows, once it is let go of", () => {
    const stop = new AbortController();
    const hold = new Hold(stop.signal);
    hold.release();
    stop.abort();

    expect(getEventListeners(stop.signal, "abort")).toEqual([]);
    expect(hold.signal.aborted).toBe(false);
  });
});
