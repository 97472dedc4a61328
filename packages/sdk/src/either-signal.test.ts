import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";

import { eitherSignal } from "./either-signal.ts";

describe("eitherSignal", () => {
  it.each([0, 1])("aborts with signal %i, and with its reason", (which) => {
    const sources = [new AbortController(), new AbortController()];
    const { signal } = eitherSignal(sources[0]?.signal, undefined, sources[1]?.signal);
    expect(signal.aborted).toBe(false);

    sources[which]?.abort("enough");
    sources[1 - which]?.abort("too late");

    expect(signal.reason).toBe("enough");
  });

  it("is aborted from the start when one of them is", () => {
    const { signal } = eitherSignal(new AbortController().signal, AbortSignal.abort("over"));

    expect(signal.reason).toBe("over");
  });

  it("adds one listener to a signal that many calls share, since Node warns of a leak at the eleventh", () => {
    const source = new AbortController();
    const calls = Array.from({ length: 20 }, () => eitherSignal(source.signal, undefined));

    calls[0]?.release();
    calls[0]?.release();
    expect(getEventListeners(source.signal, "abort")).toHaveLength(1);
    source.abort("enough");

    expect(calls.map(({ signal }) => signal.reason as unknown)).toEqual([
      undefined,
      ...Array<unknown>(19).fill("enough"),
    ]);
  });

  it("leaves nothing on the others once it is let go of, and aborts no more", () => {
    const source = new AbortController();
    const { signal, release } = eitherSignal(source.signal, AbortSignal.abort());
    const other = eitherSignal(source.signal);

    release();
    other.release();
    source.abort();

    expect(getEventListeners(source.signal, "abort")).toEqual([]);
    expect(signal.aborted).toBe(true);
    expect(other.signal.aborted).toBe(false);
  });
});
