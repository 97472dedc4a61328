import { requireFields, requireList, requireNumber, requireText, requireWholeNumber } from "./wire-values.ts";

/** What a model on a device has seen in one stretch of time. */
export interface InferenceSummary {
  readonly start: { readonly index: number; readonly timestamp: number };
  /** The last result, which counts. */
  readonly end: { readonly index: number; readonly timestamp: number };
  /** How often each class won. */
  readonly classificationCounter: readonly LabelledValue[];
  readonly mean: readonly LabelledValue[];
  readonly standardDeviation: readonly LabelledValue[];
  /** Further figures; one that consists of several has names such as `avg_inference_time.dsp`. */
  readonly metrics: readonly LabelledValue[];
}

export interface LabelledValue {
  readonly label: string;
  readonly value: number;
}

const MOST_LABELS = 2_000;
const MOST_METRICS = 100;

/** @throws {DeviceMessageError} when it is not a summary. */
export function parseInferenceSummary(value: unknown): InferenceSummary {
  const summary = requireFields(value, "inferenceSummary");
  return {
    start: parsePoint(summary.start, "start"),
    end: parsePoint(summary.end, "end"),
    classificationCounter: parseValues(summary.classificationCounter, "classificationCounter"),
    mean: parseValues(summary.mean, "mean"),
    standardDeviation: parseValues(summary.standardDeviation, "standardDeviation"),
    metrics: parseMetrics(summary.metrics ?? {}),
  };
}

function parsePoint(value: unknown, name: string): InferenceSummary["start"] {
  const { index, timestamp } = requireFields(value, name);
  return {
    index: requireWholeNumber(index, `${name}.index`),
    timestamp: requireWholeNumber(timestamp, `${name}.timestamp`),
  };
}

function parseValues(value: unknown, name: string): LabelledValue[] {
  return requireList(value, name, MOST_LABELS).map((entry) => {
    const fields = requireFields(entry, `An entry of ${name}`);
    return {
      label: requireText(fields.label, `label of an entry of ${name}`),
      value: requireNumber(fields.value, `value of an entry of ${name}`),
    };
  });
}

/** Runners tell times as an object of numbers, other figures as a number. */
function parseMetrics(value: unknown): LabelledValue[] {
  const metrics: LabelledValue[] = [];
  for (const [label, metric] of Object.entries(requireFields(value, "metrics"))) {
    const parts = typeof metric === "object" && metric !== null ? Object.entries(metric) : [["", metric] as const];
    for (const [part, figure] of parts) {
      const name = requireText(part === "" ? label : `${label}.${part}`, "The name of a metric");
      metrics.push({ label: name, value: requireNumber(figure, name) });
    }
  }
  return [...requireList(metrics, "metrics", MOST_METRICS)] as LabelledValue[];
}
