import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { AddressBar } from "./address-bar.ts";
import { FIRST_ADDRESS, type Address } from "./address.ts";

let hash: string;
let writes: string[];
let changed: (() => void) | undefined;
let stop: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  hash = "";
  writes = [];
  stop = new AbortController();
});
afterEach(() => vi.useRealTimers());

function open(): AddressBar {
  return new AddressBar({
    location: {
      get hash() {
        return hash;
      },
    },
    history: {
      replaceState: (_data, _unused, url) => {
        hash = url;
        writes.push(url);
      },
    },
    addEventListener: (_type, listener) => (changed = listener),
  });
}

describe("AddressBar", () => {
  it("tells what the address asks for at first, and whenever somebody changes it", () => {
    const seen: Address[] = [];
    hash = "#run=run-1";
    open().start((address) => seen.push(address), stop.signal);
    hash = "#lines";
    changed?.();

    expect(seen.map(({ source, showsLines }) => [source.kind, showsLines])).toEqual([
      ["run", false],
      ["session", true],
    ]);
  });

  it("leaves the page as it is when the address asks for nothing", () => {
    const apply = vi.fn();
    open().start(apply, stop.signal);

    expect(apply).not.toHaveBeenCalled();
  });

  it("leaves an address alone that somebody has just changed", () => {
    const bar = open();
    bar.start(() => undefined, stop.signal);
    bar.write({ ...FIRST_ADDRESS, showsLines: true });
    hash = "#run=run-1";
    vi.runAllTimers();

    expect(hash).toBe("#run=run-1");
  });

  it("writes the last of many changes, and the same address once", () => {
    const bar = open();
    bar.start(() => undefined, stop.signal);
    for (let i = 1; i <= 50; i++) bar.write({ ...FIRST_ADDRESS, window: { runId: "run-1", index: i } });
    vi.advanceTimersByTime(1_000);
    bar.write({ ...FIRST_ADDRESS, window: { runId: "run-1", index: 50 } });
    vi.advanceTimersByTime(1_000);

    expect(writes).toEqual(["#session&w=run-1:50"]);
  });

  it("leaves no timer behind", () => {
    const bar = open();
    bar.start(() => undefined, stop.signal);
    bar.write(FIRST_ADDRESS);
    stop.abort();

    expect(vi.getTimerCount()).toBe(0);
  });
});
