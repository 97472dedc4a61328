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
  {
    what: "details of windows",
    hex: [
      "06010000800000000700000004000000200000005900000000000000000000005b7b22696e646578",
      "223a33332c22626f786573223a5b7b226c6162656c223a226bc3a4666572222c2273636f7265223a",
      "302e37352c2278223a312c2279223a322c227769647468223a332c22686569676874223a347d5d7d",
      "5d00000000000000",
    ].join(""),
    entry: {
      kind: "details",
      log: 7,
      seq: 4,
      first: 32,
      details: [{ index: 33, boxes: [{ label: "käfer", score: 0.75, x: 1, y: 2, width: 3, height: 4 }] }],
    },
  },
  {
    what: "a test run",
    hex: [
      "07010000880000000700000005000000000000006100000000000000000000007b22746573745275",
      "6e4964223a22746573742d676f6c64656e222c2270726f6a6563744964223a312c22737461746522",
      "3a2272656164696e67222c226c696e6573223a5b225b2031322f3230305d225d2c22707265646963",
      "74696f6e73223a327d00000000000000",
    ].join(""),
    entry: {
      kind: "test-run",
      log: 7,
      seq: 5,
      testRun: { testRunId: "test-golden", projectId: 1, state: "reading", lines: ["[ 12/200]"], predictions: 2 },
    },
  },
  {
    what: "predictions",
    hex: [
      "08010000900000000700000006000000020100006a00000000000000000000005b7b22696e646578",
      "223a3235382c2273616d706c654964223a392c2273746172744d73223a302c22656e644d73223a34",
      "302c226578706563746564223a2277617665222c22707265646963746564223a2269646c65222c22",
      "6973436f7272656374223a66616c73657d5d000000000000",
    ].join(""),
    entry: {
      kind: "predictions",
      log: 7,
      seq: 6,
      first: 258,
      predictions: [
        { index: 258, sampleId: 9, startMs: 0, endMs: 40, expected: "wave", predicted: "idle", isCorrect: false },
      ],
    },
  },
  {
    what: "a recording",
    hex: [
      "09010000680000000700000007000000000000004100000000000000000000007b227265636f7264",
      "696e674964223a227265636f7264696e672d676f6c64656e222c227374617465223a227374617274",
      "6564222c2270657263656e74223a34307d00000000000000",
    ].join(""),
    entry: {
      kind: "recording",
      log: 7,
      seq: 7,
      recording: { recordingId: "recording-golden", state: "started", percent: 40 },
    },
  },
];
