import { decodeEntries, encodeReadings, encodeWindows, type Entry, type WindowColumns } from "@windowscope/protocol";
import { describe, expect, it } from "vitest";

import { joinWindows } from "./joined-windows.ts";

/** Windows `first` to before `first + count`, of two classes. */
function columns(first: number, count: number, score = 0.5): WindowColumns {
  const startMs = Float64Array.from({ length: count }, (_, i) => (first + i) * 10);
  const scores = Float64Array.from({ length: count * 2 }, (_, i) => (i % 2 === 0 ? score : first + (i - 1) / 2));
  const anomaly = new Float64Array(count).fill(NaN);
  const verdicts = Uint8Array.from({ length: count }, (_, i) => (first + i) % 2);
  return { first, classCount: 2, startMs, endMs: startMs.map((ms) => ms + 40), scores, anomaly, verdicts };
}

function windows(seq: number, ...given: Parameters<typeof columns>): Entry[] {
  return decodeEntries(encodeWindows({ log: 1, seq }, columns(...given)));
}

const readings = decodeEntries(
  encodeReadings({ log: 1, seq: 9 }, { first: 0, axisCount: 1, values: Float32Array.of(1, 2) }),
);

describe("joinWindows", () => {
  it("makes one entry of windows that follow each other, the same as if they had come so", () => {
    const joined = joinWindows([...windows(3, 64, 32), ...windows(4, 96, 32), ...windows(5, 128, 7)]);

    expect(joined).toEqual(windows(3, 64, 71));
  });

  it("leaves other entries in their places", () => {
    const entries = [...windows(1, 0, 2), ...readings, ...windows(2, 2, 2), ...readings];

    expect(joinWindows(entries)).toEqual(entries);
    expect(joinWindows([])).toEqual([]);
  });

  it("keeps windows apart that have a gap between them, other classes or another precision", () => {
    const gap = [...windows(1, 0, 2), ...windows(2, 3, 2)];
    const precision = [...windows(1, 0, 2), ...windows(2, 2, 2, 0.1)];
    const [other] = windows(2, 2, 2);
    const classes = [...windows(1, 0, 2), { ...other, classCount: 1 } as Entry];

    for (const entries of [gap, precision, classes]) expect(joinWindows(entries)).toEqual(entries);
  });
});
