import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { decode } from "cbor-x";
import { describe, expect, it } from "vitest";

import type { KMeansBlock } from "./impulse.ts";
import { Int8Classifier, type Int8Network } from "./networks/dense-int8.ts";
import { scoreKMeans } from "./kmeans.ts";
import { readGoldenLines, readReferenceImpulse, referencePath } from "./reference-data.ts";
import { WindowClassifier } from "./window-classifier.ts";

/** Statistics of an axis agree with the float32 SDK within this. */
const STATISTICS_BOUND = 1e-3;
/** Log power agrees within this, since the SDK's log10 is an approximation that is off by up to 4e-4. */
const LOG_POWER_BOUND = 5e-4;
/** Powers below 1e-8 are float32 noise in the SDK. */
const LOG_POWER_FLOOR = -8;

interface GoldenWindow {
  readonly file: string;
  readonly start: number;
  /** Zeros behind the recording's end; above 0 only in the last line of a recording. */
  readonly padded: number;
  readonly features: Float64Array;
  readonly classification: Readonly<Record<string, number>>;
  readonly anomaly: number;
}

/** What the C++ SDK answered for every window of the 26 gesture recordings. */
function readGoldenWindows(skip: Parameters<typeof readGoldenLines>[0]): readonly GoldenWindow[] {
  let file = "";
  const windows: GoldenWindow[] = [];
  for (const line of readGoldenLines(skip, "impulse-v2fft16") as (Partial<GoldenWindow> & { rc?: number })[]) {
    if (line.file !== undefined) file = line.file;
    else windows.push({ ...(line as GoldenWindow), file, features: Float64Array.from(line.features ?? []) });
  }
  expect(windows.length).toBe(2564);
  return windows;
}

/** The readings of a recording and, behind them, zeros for the one window that reaches over its end. */
function readReadings(file: string): { readings: Float32Array; count: number } {
  const { payload } = decode(readFileSync(file)) as { payload: { values: number[][] } };
  return { readings: Float32Array.from([payload.values, Array(375).fill(0)].flat(2)), count: payload.values.length };
}

/** Largest differences per quantity, so that a failing or passing run shows how close it was. */
class Worst {
  readonly differences: Record<string, number> = {};

  note(quantity: string, actual: number, expected: number): void {
    this.differences[quantity] = Math.max(this.differences[quantity] ?? 0, Math.abs(actual - expected));
  }

  noteFeatures(actual: Float64Array, expected: ArrayLike<number>, featuresPerAxis: number): void {
    for (let i = 0; i < actual.length; i++) {
      const [ours, theirs] = [actual[i] as number, expected[i] as number];
      const place = i % featuresPerAxis;
      if (place < 3) this.note(["RMS", "skewness", "kurtosis"][place] as string, ours, theirs);
      else if (theirs > LOG_POWER_FLOOR) this.note("log power", ours, theirs);
    }
  }
}

describe("impulse v2fft16 against Edge Impulse's C++ SDK", () => {
  it("makes the same features, class scores and anomaly score from the raw recordings", ({ skip }) => {
    const impulse = readReferenceImpulse(skip);
    const golden = readGoldenWindows(skip);
    const classifier = new WindowClassifier(impulse);
    const labels = impulse.classifier?.labels ?? [];
    const worst = new Worst();
    const recordings = new Map<string, ReturnType<typeof readReadings>>();
    const fullWindows = new Map<string, number>();
    let differentTop = 0;

    for (const window of golden) {
      const recording = recordings.get(window.file) ?? readReadings(referencePath(skip, window.file));
      recordings.set(window.file, recording);
      if (window.padded === 0) fullWindows.set(window.file, (fullWindows.get(window.file) ?? 0) + 1);
      classifier.classify(recording.readings, window.start);

      worst.noteFeatures(classifier.features, window.features, 11);
      worst.note("anomaly score", classifier.anomalyScore() ?? NaN, window.anomaly);
      const theirs = labels.map((label) => window.classification[label] ?? NaN);
      if (topOf(classifier.scores) !== topOf(theirs)) differentTop++;
    }

    console.log("worst differences", worst.differences);
    expect(differentTop).toBe(0);
    expect(worst.differences["RMS"]).toBeLessThan(STATISTICS_BOUND);
    expect(worst.differences["skewness"]).toBeLessThan(STATISTICS_BOUND);
    expect(worst.differences["kurtosis"]).toBeLessThan(STATISTICS_BOUND);
    expect(worst.differences["log power"]).toBeLessThan(LOG_POWER_BOUND);
    expect(worst.differences["anomaly score"]).toBeLessThan(0.01);
    for (const [file, recording] of recordings) {
      const count = fullWindows.get(file);
      const plan = { windowReadings: 125, increaseReadings: 5, count, isPadded: false };
      expect(classifier.plan(recording.count), file).toEqual(plan);
    }
  });

  it("answers the very same int8 scores from the SDK's own features", ({ skip }) => {
    const impulse = readReferenceImpulse(skip);
    const network = impulse.classifier?.int8 as Int8Network;
    const labels = impulse.classifier?.labels ?? [];
    const classifier = new Int8Classifier(network);
    const scores = new Float32Array(labels.length);
    const worst = new Worst();

    for (const { features, classification, file, start } of readGoldenWindows(skip)) {
      classifier.run(features, scores);

      const theirs = labels.map((label) => classification[label]);
      expect([...scores], `${file} from reading ${start}`).toEqual(theirs);
      theirs.forEach((score, i) => worst.note("int8 score", scores[i] as number, score ?? NaN));
    }

    console.log("worst differences from the SDK's own features", worst.differences);
  });

  it("scores anomalies within 1e-5 from the SDK's own features", ({ skip }) => {
    const { anomaly } = readReferenceImpulse(skip);
    const worst = new Worst();

    for (const window of readGoldenWindows(skip)) {
      worst.note("anomaly score", scoreKMeans(anomaly as KMeansBlock, window.features), window.anomaly);
    }

    console.log("worst differences from the SDK's own features", worst.differences);
    expect(worst.differences["anomaly score"]).toBeLessThan(1e-5);
  });
});

/** No answers of the SDK for single windows of it are known, only what they come to. */
describe("impulse v4fft64 on the recordings that Edge Impulse's C++ SDK classified", () => {
  it("knows each window of the four gestures, and the unknown one only by its anomaly score", ({ skip }) => {
    const impulse = readReferenceImpulse(skip, "v4fft64");
    const classifier = new WindowClassifier(impulse);
    const wrong: string[] = [];
    const unknown = { lowest: Infinity, highest: -Infinity };
    let windows = 0;

    for (const file of gestureFiles(skip)) {
      const label = path.basename(file).split(".")[0] as string;
      const { readings, count } = readReadings(file);
      for (let first = 0; first + 125 <= count; first += 31) {
        classifier.classify(readings, first);
        const score = classifier.anomalyScore() ?? NaN;
        windows++;
        if (label === "shake") {
          unknown.lowest = Math.min(unknown.lowest, score);
          unknown.highest = Math.max(unknown.highest, score);
        } else if (impulse.classifier?.labels[topOf(classifier.scores)] !== label) {
          wrong.push(`${file} from reading ${first}`);
        }
      }
    }

    console.log(`v4fft64: ${windows} windows, anomaly scores of the unknown gesture`, unknown);
    expect(windows).toBeGreaterThan(400);
    expect(wrong).toEqual([]);
    // The SDK's scores are known as 3.2 to 4.8, to one digit.
    expect(Math.abs(unknown.lowest - 3.2)).toBeLessThan(0.1);
    expect(Math.abs(unknown.highest - 4.8)).toBeLessThan(0.1);
  });
});

function gestureFiles(skip: Parameters<typeof referencePath>[0]): readonly string[] {
  return ["training", "testing"].flatMap((category) => {
    const folder = referencePath(skip, "gestures", category);
    return readdirSync(folder)
      .filter((name) => name.endsWith(".cbor"))
      .map((name) => path.join(folder, name));
  });
}

function topOf(scores: ArrayLike<number>): number {
  let top = 0;
  for (let i = 1; i < scores.length; i++) if ((scores[i] as number) > (scores[top] as number)) top = i;
  return top;
}
