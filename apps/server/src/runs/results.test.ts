import { decodeEntries, VERDICT, type Run, type WindowDetails } from "@windowscope/protocol";
import { createMemoryRunLog } from "@windowscope/runlog";
import { readClassification } from "@windowscope/sdk";
import type { Schemas } from "@windowscope/sdk/api-types";
import { describe, expect, it, vi } from "vitest";

import { createFakeStudio, fakeablePause } from "../fakes.ts";
import { RunJournal, type RunRequest } from "./journal.ts";
import { Runs } from "./runs.ts";

type Answer = Omit<Schemas["ClassifySampleResponse"], "success" | "error">;
type Block = Schemas["ClassifySampleResponseClassification"];

/** Readings every 250 ms; windows of a second, half a second apart. */
function answer(windows: number, blocks: Block[], changes: Partial<Schemas["Sample"]> = {}): Answer {
  const readings = windows === 0 ? 2 : 4 + (windows - 1) * 2;
  return {
    classifications: blocks,
    sample: {
      sample: { id: 7, label: "idle", intervalMs: 250, valuesCount: readings, ...changes } as Schemas["Sample"],
      payload: {
        device_type: "TEST",
        sensors: [{ name: "accX", units: "m/s2" }],
        values: Array.from({ length: readings }, (_, i) => [i / 10]),
      },
      totalPayloadLength: readings,
    },
    windowSizeMs: 1000,
    windowIncreaseMs: 500,
    alreadyInDatabase: false,
  };
}

function block(type: string, result: Record<string, number>[], changes: Partial<Block> = {}): Block {
  return {
    learnBlock: { id: 3, type, name: type, title: type, dsp: [2] },
    result,
    expectedLabels: [{ startIndex: 0, endIndex: 5, label: "idle" }],
    minimumConfidenceRating: 0.6,
    ...changes,
  };
}

/** As Studio sends it since 2026: with the fields that came later, and thresholds that differ from the older field. */
function newest(given: Answer): Answer {
  const { sample, payload } = given.sample;
  return {
    ...given,
    classifications: given.classifications.map((each) => ({
      ...each,
      minimumConfidenceRating: 0.99,
      thresholds: [{ key: "min_score", description: "", helpText: "", value: each.minimumConfidenceRating }],
      isMultiLabel: false,
      intervalMs: 250,
      frequencyHz: 4,
      resultCount: each.result.length,
    })),
    sample: {
      ...given.sample,
      // Of the source since then, which a resampled payload does not share.
      sample: { ...sample, intervalMs: 100, frequency: 10, datastreams: [] },
      payload: { ...payload, intervalMs: 250, frequencyHz: 4 },
      datastreamPayloads: [],
    },
  };
}

/** What a log says of one window. */
interface Logged {
  readonly at: readonly [startMs: number, endMs: number];
  readonly scores: readonly number[];
  readonly anomaly?: number;
  readonly verdict: number;
}

/** Classifies with a Studio that gives these answers one after another, and reads the run's log. */
async function logOf(answers: readonly object[], request: Partial<RunRequest> = {}) {
  const queries: Record<string, unknown>[] = [];
  const next = vi.fn<() => object>();
  for (const given of answers) next.mockReturnValueOnce(given);
  const classify = (path: Record<string, number>, query: Record<string, unknown>) => {
    queries.push({ ...path, ...query });
    return next();
  };
  const studio = createFakeStudio({
    classifySampleV2: classify,
    classifySampleByLearnBlockV2: classify,
    getJobStatus: () => ({ job: { id: 9, finishedSuccessful: true } }),
  });
  const runLog = createMemoryRunLog();
  const journal = await RunJournal.open(runLog, { pause: fakeablePause });
  const hintsFor = () => ({ watch: () => () => undefined });
  const runs = new Runs({ studio, journal, hintsFor });

  const { runId } = await runs.start({ projectId: 1, sampleId: 7, ...request }, { name: "idle.7", label: "idle" });
  const state = await vi.waitFor(
    async () => {
      const stored = await journal.find(runId);
      expect(stored?.run.endedAt).toBeDefined();
      return stored as { run: Run };
    },
    { timeout: 20_000 },
  );
  const { epoch } = await runLog.open(runId);
  const slice = await runLog.read(runId, { epoch, from: 0, maxBytes: 1e9 });
  if (slice.type === "reset") throw new Error("reset");

  const windows: Logged[] = [];
  const details: WindowDetails[] = [];
  const signal: number[] = [];
  for (const entry of decodeEntries(slice.bytes)) {
    if (entry.kind === "details") details.push(...entry.details);
    if (entry.kind === "readings") signal.push(...entry.values);
    if (entry.kind !== "windows") continue;
    for (let i = 0; i < entry.count; i++) {
      const anomaly = entry.anomaly[i] as number;
      windows.push({
        at: [entry.startMs[i] as number, entry.endMs[i] as number],
        scores: [...entry.scores.subarray(i * entry.classCount, (i + 1) * entry.classCount)],
        ...(!Number.isNaN(anomaly) && { anomaly }),
        verdict: entry.verdicts[i] as number,
      });
    }
  }
  return { run: state.run, windows, details, signal, queries };
}

const times = (index: number) => [index * 500, index * 500 + 1000] as const;
const found = { mAP: 0, f1: 0, precision: 0, recall: 0 };
const place = { label: "anomaly", score: 7.1, x: 0.1, y: 0.2, width: 0.1, height: 0.1 };

interface Case {
  readonly what: string;
  readonly blocks: Block[];
  readonly windows: readonly Logged[];
  readonly result: object;
  readonly verdicts: Run["verdicts"];
  readonly details?: readonly WindowDetails[];
  readonly judged?: readonly [comparable: number, matching: number];
  readonly label?: string;
}

const cases: readonly Case[] = [
  {
    what: "a classifier",
    blocks: [
      block("keras", [
        { idle: 0.9, wave: 0.1 },
        { idle: 0.55, wave: 0.45 },
      ]),
    ],
    windows: [
      { at: times(0), scores: [0.9, 0.1], verdict: 0 },
      { at: times(1), scores: [0.55, 0.45], verdict: VERDICT.uncertain },
    ],
    result: { kinds: ["classes"], classes: ["idle", "wave"], thresholds: { minimumConfidence: 0.6 } },
    verdicts: { idle: 1, uncertain: 1 },
    judged: [2, 1],
  },
  {
    what: "a classifier beside K-means",
    blocks: [
      block("anomaly", [{ anomaly: -0.25 }, { anomaly: 0.3 }], { minimumConfidenceRating: 0.3 }),
      block("keras", [
        { idle: 0.7, wave: 0.3 },
        { idle: 0.2, wave: 0.8 },
      ]),
    ],
    windows: [
      { at: times(0), scores: [0.7, 0.3], anomaly: -0.25, verdict: 0 },
      { at: times(1), scores: [0.2, 0.8], anomaly: 0.3, verdict: VERDICT.anomaly },
    ],
    result: {
      kinds: ["classes", "anomaly"],
      classes: ["idle", "wave"],
      thresholds: { minimumConfidence: 0.6, anomaly: 0.3 },
    },
    verdicts: { idle: 1, anomaly: 1 },
    judged: [2, 1],
  },
  {
    what: "an anomaly score that is merged into the classifier's map",
    blocks: [block("keras", [{ idle: 0.9, wave: 0.1, anomaly: -0.42 }])],
    windows: [{ at: times(0), scores: [0.9, 0.1], anomaly: -0.42, verdict: 0 }],
    result: { kinds: ["classes"], classes: ["idle", "wave"] },
    verdicts: { idle: 1 },
    judged: [1, 1],
  },
  {
    what: "K-means alone",
    blocks: [block("anomaly", [{ anomaly: -1.5 }, { anomaly: 0.7 }], { minimumConfidenceRating: 0.3 })],
    windows: [
      { at: times(0), scores: [], anomaly: -1.5, verdict: VERDICT.noAnomaly },
      { at: times(1), scores: [], anomaly: 0.7, verdict: VERDICT.anomaly },
    ],
    result: { kinds: ["anomaly"], classes: [], thresholds: { anomaly: 0.3 } },
    verdicts: { "no anomaly": 1, anomaly: 1 },
  },
  {
    what: "a Gaussian mixture alone",
    blocks: [block("anomaly-gmm", [{ anomaly: -12.625 }, { anomaly: 14.1 }], { minimumConfidenceRating: 9.5 })],
    windows: [
      { at: times(0), scores: [], anomaly: -12.625, verdict: VERDICT.noAnomaly },
      { at: times(1), scores: [], anomaly: 14.1, verdict: VERDICT.anomaly },
    ],
    result: { kinds: ["anomaly"], thresholds: { anomaly: 9.5 } },
    verdicts: { "no anomaly": 1, anomaly: 1 },
  },
  {
    what: "a regression",
    label: "20",
    blocks: [
      block("keras-regression", [{ value: 20.1 }, { value: -3 }], {
        minimumConfidenceRating: 0.5,
        expectedLabels: [{ startIndex: 0, endIndex: 5, label: "20" }],
      }),
    ],
    windows: [
      { at: times(0), scores: [20.1], verdict: VERDICT.value },
      { at: times(1), scores: [-3], verdict: VERDICT.value },
    ],
    result: { kinds: ["value"], classes: [], thresholds: { maximumError: 0.5 } },
    verdicts: { value: 2 },
    judged: [2, 1],
  },
  {
    what: "an object detector",
    blocks: [
      block("keras-object-detection", [], {
        minimumConfidenceRating: 0.5,
        structuredResult: [
          { ...found, boxes: [[1, 2, 3, 4], [5, 6, 7, 8], [9, 9, 9, 9]], labels: ["cup", "hand", "cup"], scores: [0.6, 0.9, 0.2], debugInfoJson: '{"y_trues":[]}' }, // prettier-ignore
          { ...found, boxes: [], labels: [], scores: [] },
        ],
      }),
    ],
    windows: [
      { at: times(0), scores: [0.9, 0.6], verdict: 0 },
      { at: times(1), scores: [0, 0], verdict: VERDICT.noObject },
    ],
    details: [
      {
        index: 0,
        boxes: [
          { label: "hand", score: 0.9, x: 5, y: 6, width: 7, height: 8 },
          { label: "cup", score: 0.6, x: 1, y: 2, width: 3, height: 4 },
        ],
        debugInfo: '{"y_trues":[]}',
      },
    ],
    result: { kinds: ["objects"], classes: ["hand", "cup"], thresholds: { minimumObjectScore: 0.5 } },
    verdicts: { hand: 1, "no object": 1 },
  },
  {
    what: "visual anomaly detection",
    blocks: [
      block("keras-visual-anomaly", [], {
        minimumConfidenceRating: 5,
        anomalyResult: [
          { boxes: [place], scores: [[1, 7.1], [0.3, -2]], meanScore: 1.6, maxScore: 7.1 }, // prettier-ignore
          { boxes: [], scores: [[1, 1], [1, 1]], meanScore: 1, maxScore: 1 }, // prettier-ignore
        ],
      }),
    ],
    windows: [
      { at: times(0), scores: [], anomaly: 7.1, verdict: VERDICT.anomaly },
      { at: times(1), scores: [], anomaly: 1, verdict: VERDICT.noAnomaly },
    ],
    details: [
      { index: 0, boxes: [place], grid: [[1, 7.1], [0.3, -2]] }, // prettier-ignore
      { index: 1, grid: [[1, 1], [1, 1]] }, // prettier-ignore
    ],
    result: { kinds: ["anomaly-grid"], thresholds: { anomaly: 5 } },
    verdicts: { anomaly: 1, "no anomaly": 1 },
  },
  {
    what: "a model that writes",
    blocks: [
      block("keras-freeform", [], { labelMapResult: [{ scene: "kitchen", lights: "on" }, { scene: "anomaly" }] }),
    ],
    windows: [
      { at: times(0), scores: [], verdict: VERDICT.texts },
      { at: times(1), scores: [], verdict: VERDICT.texts },
    ],
    details: [
      { index: 0, texts: { scene: "kitchen", lights: "on" } },
      { index: 1, texts: { scene: "anomaly" } },
    ],
    result: { kinds: ["texts"], classes: [] },
    verdicts: { texts: 2 },
  },
  {
    what: "a sample with several labels",
    blocks: [
      block(
        "keras",
        [
          { idle: 0.8, wave: 0.2 },
          { idle: 0.8, wave: 0.2 },
          { idle: 0.1, wave: 0.9 },
        ],
        {
          expectedLabels: [
            { startIndex: 0, endIndex: 4, label: "idle" },
            { startIndex: 5, endIndex: 7, label: "wave" },
          ],
        },
      ),
    ],
    windows: [
      { at: times(0), scores: [0.8, 0.2], verdict: 0 },
      { at: times(1), scores: [0.8, 0.2], verdict: 0 },
      { at: times(2), scores: [0.1, 0.9], verdict: 1 },
    ],
    result: {
      expected: [
        { startMs: 0, endMs: 1250, label: "idle" },
        { startMs: 1250, endMs: 2000, label: "wave" },
      ],
    },
    verdicts: { idle: 2, wave: 1 },
    // The second window ends at 1.5 s, where the label has changed.
    judged: [3, 2],
  },
  {
    what: "no window",
    blocks: [block("keras", [])],
    windows: [],
    result: { kinds: ["classes"], classes: [], windows: 0, readings: 2 },
    verdicts: {},
  },
  {
    what: "one window",
    blocks: [block("keras", [{ idle: 1 / 3, wave: 2 / 3 }])],
    windows: [{ at: times(0), scores: [1 / 3, 2 / 3], verdict: 1 }],
    result: { windows: 1 },
    verdicts: { wave: 1 },
    judged: [1, 0],
  },
];

describe("what Studio answers and what the log of the run holds", () => {
  for (const [version, shape] of [
    ["previous", (given: Answer) => given],
    ["newest", newest],
  ] as const) {
    it.each(cases)(`agree in the ${version} shape: $what`, async ({ blocks, label = "idle", ...expected }) => {
      const given = shape(answer(expected.windows.length, blocks, { label }));

      const { run, windows, details, signal } = await logOf([given]);

      expect(run).toMatchObject({ state: "finished", windows: expected.windows.length, result: expected.result });
      expect(windows).toEqual(expected.windows);
      expect(details).toEqual(expected.details ?? []);
      expect(run.verdicts).toEqual(expected.verdicts);
      const [comparable, matching] = expected.judged ?? [0, 0];
      expect({ comparable: run.comparable, matching: run.matching }).toEqual({ comparable, matching });
      expect(signal).toEqual(given.sample.payload.values.map(([value]) => Math.fround(value as number)));
    });

    it.each(cases)(
      `are what the SDK reads, in the ${version} shape: $what`,
      ({ blocks, label = "idle", ...expected }) => {
        const read = readClassification({
          success: true,
          ...shape(answer(expected.windows.length, blocks, { label })),
        });

        const windows = [...read.windows()];
        expect(windows.map(({ startMs, endMs, anomaly }) => ({ at: [startMs, endMs], anomaly }))).toEqual(
          expected.windows.map(({ at, anomaly }) => ({ at, anomaly })),
        );
        const boxes = windows.flatMap((window) => window.boxes ?? []);
        expect(boxes).toEqual((expected.details ?? []).flatMap((window) => window.boxes ?? []));
      },
    );
  }

  it("agree for 100,000 windows, to the last number", { timeout: 60_000 }, async () => {
    const count = 100_000;
    const score = (i: number) => (i % 1000) / 1000;
    const result = Array.from({ length: count }, (_, i) => ({ idle: score(i), wave: 1 - score(i) }));

    const { run, windows } = await logOf([answer(count, [block("keras", result)])]);

    expect(run).toMatchObject({ state: "finished", windows: count });
    expect(windows).toHaveLength(count);
    const wrong = windows.findIndex(({ at, scores, verdict }, i) => {
      const expected = score(i) >= 0.6 ? 0 : 1 - score(i) >= 0.6 ? 1 : VERDICT.uncertain;
      return at[0] !== i * 500 || scores[0] !== score(i) || scores[1] !== 1 - score(i) || verdict !== expected;
    });
    expect(wrong).toBe(-1);
    expect(run.verdicts).toEqual({ idle: 40_000, wave: 40_100, uncertain: 19_900 });
  });

  it("leaves a block that nobody knows out of a run and says so, and fails a run that has only such a block", async () => {
    const unknown = block("keras-from-the-future", [{ x: 1 }]);
    const known = block("keras", [{ idle: 0.9, wave: 0.1 }]);

    expect((await logOf([answer(1, [known, unknown])])).run).toMatchObject({
      state: "finished",
      warning: 'The block "keras-from-the-future" is of the unknown kind keras-from-the-future and is left out.',
    });
    expect((await logOf([answer(1, [unknown])])).run).toMatchObject({
      state: "failed",
      error: expect.stringContaining("of the unknown kind keras-from-the-future") as string,
    });
  });

  it("fails a run with more classes than a byte can number, and says how many there are", async () => {
    const scores = Object.fromEntries(Array.from({ length: 251 }, (_, i) => [`class ${i}`, 0]));

    const { run } = await logOf([answer(1, [block("keras", [scores])])]);

    expect(run).toMatchObject({ state: "failed", error: "The impulse has 251 classes; a run can show 250." });
  });

  it.each([
    {
      what: "one window",
      given: block("keras-object-detection", [], {
        structuredResult: [{ ...found, boxes: [], labels: [], scores: [], debugInfoJson: "x".repeat(1024 * 1024) }],
      }),
    },
    {
      what: "the labels",
      given: block("keras", [{ idle: 1 }], {
        expectedLabels: Array.from({ length: 30_000 }, (_, i) => ({
          ...{ startIndex: i, endIndex: i },
          label: `label ${i}`,
        })),
      }),
    },
  ])("[P26] fails a run of which $what would not fit into an entry, and says so", async ({ given }) => {
    const { run } = await logOf([answer(1, [given])]);

    expect(run.state).toBe("failed");
    expect(run.error).toMatch(/^The labels, or one window, of the result take \d+ bytes; a run can show 1048576\.$/);
  });

  it("splits the details of windows that have much to tell into several entries, and loses none", async () => {
    const grid = Array.from({ length: 60 }, (_, row) => Array.from({ length: 60 }, (_, column) => row + column / 64));
    const anomalyResult = Array.from({ length: 40 }, () => ({ boxes: [], scores: grid, meanScore: 1, maxScore: 1 }));

    const { details } = await logOf([answer(40, [block("keras-visual-anomaly", [], { anomalyResult })])]);

    expect(details).toEqual(Array.from({ length: 40 }, (_, index) => ({ index, grid })));
  });
});

describe("what a run asks Studio for", () => {
  const given = () => answer(1, [block("keras", [{ idle: 1, wave: 0 }])]);

  it.each([
    { request: { variant: "int8" as const, impulseId: 2 }, query: { variant: "int8", impulseId: 2 } },
    { request: { truncateStructuredLabels: true }, query: { truncateStructuredLabels: true } },
    { request: { includeDebugInfo: true }, query: { includeDebugInfo: true } },
    { request: { blockId: 4, variant: "float32" as const }, query: { blockId: 4, variant: "float32" } },
  ])("is what the request says: $request", async ({ request, query }) => {
    const { run, queries } = await logOf([given()], request);

    expect(run.state).toBe("finished");
    const [asked] = queries.map((each) => Object.fromEntries(Object.entries(each).filter(([, value]) => value !== undefined))); // prettier-ignore
    expect(asked).toEqual({ projectId: 1, sampleId: 7, ...query });
  });

  it("asks for one block once more when the first answer was a job", async () => {
    const { run, queries, windows } = await logOf([{ id: 9 }, given()], { blockId: 4 });

    expect(run.state).toBe("finished");
    expect(queries).toHaveLength(2);
    expect(windows).toEqual([{ at: [0, 1000], scores: [1, 0], verdict: 0 }]);
  });

  it("reads what the older call for one block answers, which never is a job", async () => {
    const studio = createFakeStudio({ classifySampleByLearnBlock: given });
    const older = await studio.call("classifySampleByLearnBlock", { path: { projectId: 1, blockId: 4, sampleId: 7 } });

    const { windows } = readClassification(older, "classifySampleByLearnBlock");

    expect([...windows()]).toMatchObject([{ startMs: 0, endMs: 1000, scores: [1, 0], verdict: "idle" }]);
  });
});
