/** A page for tests of what lies over it, and answers of the server for them. */
import type { Recording, Run, TestRun } from "@windowscope/protocol";

import type { ProjectDetails } from "../api.ts";
import { Page } from "../page/page.svelte.ts";
import { FakeScope } from "../scope/fake-scope.ts";

export interface TestPage {
  readonly scope: FakeScope;
  readonly page: Page;
  /** The scope tells its lists. */
  tell(lists: {
    readonly runs?: readonly Run[];
    readonly testRuns?: readonly TestRun[];
    readonly recordings?: readonly Recording[];
  }): Promise<void>;
}

export function createTestPage(): TestPage {
  const scope = new FakeScope();
  const page = new Page(
    scope.port,
    () => () => undefined,
    () => 0,
  );
  return {
    scope,
    page,
    async tell({ runs = [], testRuns = [], recordings = [] }) {
      scope.push({ type: "runs", runs, testRuns, recordings, isCaughtUp: true });
      await scope.settle();
    },
  };
}

export const project: ProjectDetails = {
  projectId: 1,
  name: "Continuous motion",
  description: "",
  labels: ["idle", "wave"],
  devices: [
    {
      deviceId: "phone",
      name: "Phone",
      deviceType: "MOBILE_CLIENT",
      isConnected: false,
      canRecord: false,
      sensors: [],
    },
    {
      deviceId: "board",
      name: "Board",
      deviceType: "NANO",
      isConnected: true,
      canRecord: true,
      sensors: [
        { name: "Accelerometer", maxLengthMs: 60_000, frequenciesHz: [50, 62.5, 100] },
        { name: "Microphone", maxLengthMs: 10_000, frequenciesHz: [] },
      ],
    },
  ],
  impulse: {
    impulseId: 1,
    name: "Impulse 1",
    inputKind: "time-series",
    windowSizeMs: 2_000,
    windowIncreaseMs: 80,
    frequencyHz: 62.5,
    variants: ["float32", "int8"],
    dspBlocks: [],
    blocks: [],
    thresholds: [],
  },
};

export const testRun: TestRun = {
  testRunId: "test-1",
  projectId: 1,
  state: "finished",
  createdAt: "2026-01-01T10:00:00.000Z",
  lines: ["Job completed"],
  predictions: 250,
  result: {
    kinds: ["classes"],
    samples: 10,
    windows: 250,
    comparable: 250,
    correct: 200,
    accuracy: 0.8,
    matrix: {
      expected: ["idle", "wave"],
      predicted: ["idle", "wave", "uncertain"],
      counts: [
        [100, 20, 5],
        [25, 100, 0],
      ],
      perClass: [
        { label: "idle", precision: 0.8, recall: 0.8, f1: 0.8, support: 125 },
        { label: "wave", precision: 0.833, recall: 0.8, f1: 0.816, support: 125 },
      ],
    },
    studio: { unit: "windows", good: 200, bad: 50, accuracyScore: 0.8 },
  },
};
