/**
 * Entries byte by byte, written by hand from SPEC.md with Python's `struct` and not with our encoder. Logs that are
 * stored today have to be read by every later version, so these never change.
 */
export const GOLDEN: readonly { readonly what: string; readonly hex: string; readonly entry: object }[] = [
  {
    what: "a run",
    hex: [
      "02010000480000000700000000000000000000002800000000000000000000007b2272756e496422",
      "3a2272756e2d676f6c64656e222c227374617465223a2277616974696e67227d",
    ].join(""),
    entry: { kind: "run", log: 7, seq: 0, run: { runId: "run-golden", state: "waiting" } },
  },
  {
    what: "readings",
    hex: ["050100003000000007000000010000000a0000000200000002000000000000000000c03f000000c0", "0000803e00001c41"].join(
      "",
    ),
    entry: { kind: "readings", log: 7, seq: 1, first: 10, count: 2, axisCount: 2, values: [1.5, -2.0, 0.25, 9.75] },
  },
  {
    what: "windows in float32",
    hex: [
      "01010000600000000700000002000000000000000200000002000000000000000000000000000000",
      "0000000000002440000000000000444000000000000049400000403f0000803e0000003f0000003f",
      "000000be0000204000fe000000000000",
    ].join(""),
    entry: {
      kind: "windows",
      log: 7,
      seq: 2,
      first: 0,
      count: 2,
      classCount: 2,
      startMs: [0, 10],
      endMs: [40, 50],
      scores: [0.75, 0.25, 0.5, 0.5],
      anomaly: [-0.125, 2.5],
      verdicts: [0, 254],
    },
  },
  {
    what: "windows in float64",
    hex: [
      "01010100780000000700000003000000020000000200000002000000000000000000000000000000",
      "0000000000002440000000000000444000000000000049409a9999999999b93fcdccccccccccec3f",
      "333333333333d33f666666666666e63f000000000000c0bf000000000000044000fe000000000000",
    ].join(""),
    entry: {
      kind: "windows",
      log: 7,
      seq: 3,
      first: 2,
      count: 2,
      classCount: 2,
      startMs: [0, 10],
      endMs: [40, 50],
      scores: [0.1, 0.9, 0.3, 0.7],
      anomaly: [-0.125, 2.5],
      verdicts: [0, 254],
    },
  },
];
