/** For tests: answers of classify calls. */
import type { Schemas } from "./api-types.ts";

/** Five readings of one axis, 100 ms apart; windows of two readings, one apart: four windows. */
export function answer(overrides: Partial<Answer> = {}): Answer {
  return {
    success: true,
    classifications: [
      block("keras", windowsOf("idle", "idle", "wave", "wave")),
      block("anomaly", anomalies(-1, 0, 0.29, 0.3)),
    ],
    sample: {
      sample: { id: 5, label: "idle", valuesCount: 5, intervalMs: 100 } as Schemas["Sample"],
      payload: { device_type: "TEST", sensors: [{ name: "accX", units: "m/s2" }], values: [[1], [2], [3], [4], [5]] },
      totalPayloadLength: 5,
    },
    windowSizeMs: 200,
    windowIncreaseMs: 100,
    alreadyInDatabase: false,
    ...overrides,
  };
}

type Answer = Schemas["ClassifySampleResponse"];
type Block = Schemas["ClassifySampleResponseClassification"];

export function block(type: string, result: Record<string, number>[], overrides: Partial<Block> = {}): Block {
  return {
    learnBlock: { id: 3, type, name: type, dsp: [2], title: type },
    result,
    expectedLabels: [{ startIndex: 0, endIndex: 4, label: "idle" }],
    minimumConfidenceRating: type === "keras" ? 0.6 : 0.3,
    ...overrides,
  };
}

export function windowsOf(...labels: readonly ("idle" | "wave")[]): Record<string, number>[] {
  return labels.map((label) => ({ idle: label === "idle" ? 0.9 : 0.1, wave: label === "wave" ? 0.9 : 0.1 }));
}

export function anomalies(...scores: readonly number[]): Record<string, number>[] {
  return scores.map((anomaly) => ({ anomaly }));
}
