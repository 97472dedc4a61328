import { getEventListeners } from "node:events";
import { describe, expect, it, vi } from "vitest";

import { onAbort } from "./on-abort.ts";

describe("onAbort", () => {
  it("calls back once, when the signal aborts", () => {
    const source = new AbortController();
    const listener = vi.fn();
    onAbort(source.signal, listener);
    expect(listener).not.toHaveBeenCalled();

    source.abort();
    source.abort();

    expect(listener).toHaveBeenCalledOnce();
  });

  it("calls back at once when the signal has aborted, and never without a signal", () => {
    const listener = vi.fn();

    onAbort(undefined, listener)();
    expect(listener).not.toHaveBeenCalled();
    onAbort(AbortSignal.abort(), listener)();
    expect(listener).toHaveBeenCalledOnce();
  });

  it("adds one listener to a signal that many share, since Node warns of a leak at the eleventh", () => {
    const source = new AbortController();
    const calls = Array.from({ length: 20 }, () => vi.fn());
    const ends = calls.map((call) => onAbort(source.signal, call));

    ends[0]?.();
    ends[0]?.();
    expect(getEventListeners(source.signal, "abort")).toHaveLength(1);
    source.abort();

    expect(calls.map((call) => call.mock.calls.length)).toEqual([0, ...Array<number>(19).fill(1)]);
  });
});
