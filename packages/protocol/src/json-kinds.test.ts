import { describe, expect, it } from "vitest";

import {
  decodeEntries,
  encodeDetails,
  encodePredictions,
  encodeRecording,
  encodeTestRun,
  MalformedEntryError,
} from "./entry.ts";
import { toJsonEntry } from "./json-entry.ts";
import type { Recording } from "./recording.ts";
import type { TestRun } from "./test-run.ts";

const position = { log: 3, seq: 9 };

const details = [
  { index: 33, boxes: [{ label: "cup ☕", score: 0.1, x: 1, y: 2, width: 3, height: 4 }] },
  { index: 40, grid: [[0.1, -7.25]], texts: { scene: "kitchen" }, debugInfo: "{}" },
];
const testRun: TestRun = {
  testRunId: "test-1",
  projectId: 1,
  state: "classifying",
  createdAt: "2026-01-01T00:00:00.000Z",
  progress: { done: 1, total: 2 },
  lines: ["[ 1/2]"],
  predictions: 0,
};
const predictions = [{ index: 200, sampleId: 7, startMs: 0, endMs: 1000, predicted: "idle", isCorrect: true }];
const recording: Recording = {
  recordingId: "recording-1",
  projectId: 1,
  deviceId: "bo:ar:d",
  label: "idle",
  category: "testing",
  lengthMs: 1000,
  intervalMs: 16,
  state: "reading",
  percent: 40,
  createdAt: "2026-01-01T00:00:00.000Z",
};

const kinds = [
  { entry: encodeDetails(position, { first: 32, details }), says: { kind: "details", first: 32, details } },
  { entry: encodeTestRun(position, testRun), says: { kind: "test-run", testRun } },
  {
    entry: encodePredictions(position, { first: 200, predictions }),
    says: { kind: "predictions", first: 200, predictions },
  },
  { entry: encodeRecording(position, recording), says: { kind: "recording", recording } },
];

describe("JSON kinds", () => {
  it.each(kinds)("[P20] [P40] [P41] come back as they were: $says.kind", ({ entry, says }) => {
    const [decoded] = decodeEntries(entry);

    expect(decoded).toEqual({ ...position, ...says });
    expect(entry.length % 8).toBe(0);
    if (decoded && decoded.kind !== "unknown") expect(toJsonEntry(decoded)).toEqual({ ...position, ...says });
  });

  it.each(kinds)("are refused where they hold no JSON: $says.kind", ({ entry }) => {
    const broken = entry.slice();
    broken[32] = 0xff;

    expect(() => decodeEntries(broken)).toThrow(MalformedEntryError);
  });
});
