import { describe, expect, it } from "vitest";

import { FIRST_ADDRESS, formatAddress, parseAddress, type Address } from "./address.ts";

const addresses: [string, Address][] = [
  ["session", FIRST_ADDRESS],
  ["session&t=60s", { ...FIRST_ADDRESS, view: { kind: "follow", spanMs: 60_000 } }],
  [
    "session&t=2026-01-01T00:00:00.000Z/2026-01-01T00:00:10.500Z",
    {
      ...FIRST_ADDRESS,
      view: { kind: "range", range: { startMs: Date.UTC(2026, 0, 1), endMs: Date.UTC(2026, 0, 1) + 10_500 } },
    },
  ],
  [
    "run=run-1&beside=run-2&t=-0.25-4&r=1-2.5&w=run-1:17&f=mismatch&fe=&fv=caf%C3%A9%20%26%20bar&tab=none&lines&overlay",
    {
      source: { kind: "run", runId: "run-1", besideRunId: "run-2" },
      view: { kind: "range", range: { startMs: -250, endMs: 4_000 } },
      selectedRange: { startMs: 1_000, endMs: 2_500 },
      window: { runId: "run-1", index: 17 },
      filter: { only: "mismatch", expected: "", verdict: "café & bar" },
      tab: "none",
      showsLines: true,
      overlaysAxes: true,
    },
  ],
];

describe("the page's address", () => {
  it.each(addresses)("%s holds all that the page shows, both ways", (text, address) => {
    expect(formatAddress(address)).toBe(text);
    expect(formatAddress(parseAddress(`#${text}`))).toBe(text);
    expect(parseAddress(text)).toEqual({ view: undefined, selectedRange: undefined, window: undefined, ...address });
  });

  it.each([
    "",
    "#",
    "#run=../../etc",
    "#t=5-1",
    "#t=-",
    "#t=NaNs",
    "#t=0s",
    "#t=1e9s",
    "#w=run-1:x",
    "#w=:3",
    "#w=run-1:99999999999",
    "#f=everything",
    "#tab=secrets",
    `#fv=${"x".repeat(300)}`,
    "#t=2026-01-01/2026-01-02",
    "#t=99999999-99999999999",
    "#%E0%A4%A",
  ])("ignores %s", (hash) => {
    expect(formatAddress(parseAddress(hash))).toBe("session");
  });

  it("reads no more of an address than a page ever writes", () => {
    expect(parseAddress(`#${"x".repeat(2_000)}&lines`).showsLines).toBe(false);
  });

  it("does not lay a run over itself", () => {
    expect(parseAddress("#run=run-1&beside=run-1").source).toEqual({ kind: "run", runId: "run-1" });
  });
});
