/**
 * Real recordings, trained impulses and what Edge Impulse's own C++ SDK answers for them, for tests.
 *
 * The files are not part of this repository: `WINDOWSCOPE_REFERENCE_DATA` names the folder, or `../shared/data` beside
 * the repository does. Without them the tests that need them skip and say so. Never part of a build.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";

import type { Impulse } from "./impulse.ts";
import type { KMeansModel } from "./kmeans.ts";

const repository = path.resolve(import.meta.dirname, "../../..");
const folder = path.resolve(repository, process.env.WINDOWSCOPE_REFERENCE_DATA ?? "../shared/data");

/** A test's own `skip`, as Vitest hands it to the test. */
type Skip = (condition: boolean, note: string) => void;

/**
 * Path of a file or folder of the reference data; skips the test where there is none.
 *
 * @param skip From the test's context.
 */
export function referencePath(skip: Skip, ...segments: readonly string[]): string {
  const file = path.join(folder, ...segments);
  skip(!existsSync(file), `not run: no reference data at ${file} (set WINDOWSCOPE_REFERENCE_DATA)`);
  return file;
}

/** The lines of a gzipped file of JSON lines. */
export function readGoldenLines(skip: Skip, name: string): readonly unknown[] {
  const text = gunzipSync(readFileSync(referencePath(skip, "golden", `${name}.jsonl.gz`))).toString("utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);
}

const REFERENCE_PARAMETERS = {
  v2fft16: { version: 2, filterType: "none", filterCutoffHz: 0, filterOrder: 0, fftLength: 16 },
  v4fft64: { version: 4, filterType: "low", filterCutoffHz: 8, filterOrder: 6, fftLength: 64 },
} as const;

/** An impulse that Edge Impulse trained for its motion demo: spectral analysis, int8, K-means. */
export function readReferenceImpulse(skip: Skip, variety: keyof typeof REFERENCE_PARAMETERS = "v2fft16"): Impulse {
  const text = readFileSync(referencePath(skip, "impulses", `${variety}.json`), "utf8");
  const { name, labels, layers, anomaly } = JSON.parse(text) as ReferenceImpulse;
  const first = layers[0] as ReferenceImpulse["layers"][number];
  return {
    name,
    input: {
      axes: ["accX", "accY", "accZ"],
      frequencyHz: 62.5,
      windowSizeMs: 2000,
      windowIncreaseMs: 80,
      padZeros: false,
    },
    blocks: [
      {
        parameters: {
          type: "spectral-analysis",
          scaleAxes: 1,
          doLog: true,
          doFftOverlap: true,
          ...REFERENCE_PARAMETERS[variety],
        },
      },
    ],
    classifier: {
      labels,
      minimumConfidence: 0.6,
      float32: undefined,
      int8: {
        input: { scale: first.inScale, zeroPoint: first.inZero },
        layers: layers.map((layer) => ({
          inputs: layer.wshape[1],
          outputs: layer.wshape[0],
          activation: layer.act === "kTfLiteActRelu" ? "relu" : "none",
          weights: Int8Array.from(layer.w),
          weightScales: layer.wScale,
          bias: Int32Array.from(layer.b),
          output: { scale: layer.outScale, zeroPoint: layer.outZero },
        })),
      },
    },
    anomaly: { ...anomaly, threshold: 0.3 },
  };
}

interface ReferenceImpulse {
  readonly name: string;
  readonly labels: readonly string[];
  readonly layers: readonly {
    readonly w: readonly number[];
    readonly wshape: readonly [outputs: number, inputs: number];
    readonly b: readonly number[];
    readonly wScale: readonly number[];
    readonly inScale: number;
    readonly inZero: number;
    readonly outScale: number;
    readonly outZero: number;
    readonly act: string;
  }[];
  readonly anomaly: KMeansModel;
}
