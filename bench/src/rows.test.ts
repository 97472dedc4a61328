import { describe, expect, it } from "vitest";

import { toRow } from "./rows.ts";

const figure = { row: "wait", value: 8, unit: "ms" } as const;

describe("toRow", () => {
  it("has neither ratio nor goal for a figure that stands alone, and calls it ok", () => {
    expect(toRow("sdk", figure)).toEqual({ bench: "sdk", row: "wait", value: 8, unit: "ms", goal: null, ok: true });
  });

  it("compares with the peer: a ratio above 1 is ours being smaller", () => {
    expect(toRow("sdk", { ...figure, peerValue: 100 }).ratio).toBe(12.5);
  });

  it.each([
    { peerValue: 160, ok: true },
    { peerValue: 159.9, ok: false },
    { peerValue: undefined, ok: false },
  ])("says whether a least ratio is reached: peer $peerValue, $ok", ({ peerValue, ok }) => {
    const compared = { ...figure, ...(peerValue !== undefined && { peerValue }), goal: { leastRatio: 20 } };

    expect(toRow("sdk", compared)).toMatchObject({ goal: "ratio >= 20", ok });
  });

  it("says whether a limit is kept", () => {
    expect(toRow("sdk", { ...figure, goal: { mostValue: 8 } })).toMatchObject({ goal: "<= 8 ms", ok: true });
    expect(toRow("sdk", { ...figure, goal: { mostValue: 7 } })).toMatchObject({ goal: "<= 7 ms", ok: false });
  });

  it("says whether a figure that ought to be large is large enough", () => {
    expect(toRow("sdk", { ...figure, goal: { leastValue: 8 } })).toMatchObject({ goal: ">= 8 ms", ok: true });
    expect(toRow("sdk", { ...figure, goal: { leastValue: 9 } })).toMatchObject({ goal: ">= 9 ms", ok: false });
  });
});
