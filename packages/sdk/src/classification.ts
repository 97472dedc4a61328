import type { OperationId, Schemas } from "./api-types.ts";
import {
  ANOMALY,
  classesOf,
  kindOf,
  readBlockWindow,
  thresholdOf,
  type BlockKind,
  type BlockWindow,
  type Box,
} from "./block-windows.ts";
import { StudioAnswerError } from "./errors.ts";
import { windowCountOf } from "./window-count.ts";

type Answer = Schemas["ClassifySampleResponse"];
type Block = Schemas["ClassifySampleResponseClassification"];
type DeepPartial<T> = T extends object ? { [K in keyof T]?: DeepPartial<T[K]> } : T;

/** One position of the sliding window, and what the impulse says about it. */
export interface ClassifiedWindow {
  /** From 0. */
  readonly index: number;
  /** In ms from the start of the sample. */
  readonly startMs: number;
  readonly endMs: number;
  /** Score of each class, in the order of the sample's `classes`; empty without a classifier. */
  readonly scores: readonly number[];
  /** Score of the anomaly block; `undefined` without one. Below 0 for familiar data. */
  readonly anomaly: number | undefined;
  /** The label at the window's end, which is the one that Studio expects unless told otherwise. */
  readonly expected: string | undefined;
  /**
   * A class, `uncertain`, `anomaly`, or `no anomaly` where there is no classifier. Of an object detector the surest
   * object or `no object`, of a regression its number, of a model that writes its words.
   */
  readonly verdict: string;
  /** Why that is the verdict: the score that decided, and its limit. */
  readonly reason: string;
  /** Of a regression. */
  readonly value?: number | undefined;
  /** Objects, or the places of an anomaly, whose score reaches the limit. */
  readonly boxes?: readonly Box[];
  /** Anomaly scores over a picture, row by row. */
  readonly grid?: readonly (readonly number[])[];
  /** What a model that writes has written, by the names of its answers. */
  readonly texts?: Readonly<Record<string, string>>;
  /** Of FOMO, where it was asked for: Studio's JSON on how found and true objects pair up. */
  readonly debugInfo?: string | undefined;
}

/** A sample with its signal and everything an impulse says about it. */
export interface ClassifiedSample {
  /** As Studio describes it. */
  readonly sample: Schemas["Sample"];
  /** Names of the classes, in the order of a window's scores; empty without a classifier. */
  readonly classes: readonly string[];
  /** What its blocks say, in their order. */
  readonly kinds: readonly BlockKind[];
  readonly thresholds: {
    /** A best class below this score is `uncertain`. */
    readonly minimumConfidence?: number;
    /** From this score on a window is an `anomaly`. */
    readonly anomaly?: number;
    /** A regression's value this far from its label is still right. */
    readonly maximumError?: number;
    /** An object below this score is none. */
    readonly minimumObjectScore?: number;
  };
  readonly windowSizeMs: number;
  readonly windowIncreaseMs: number;
  readonly windowCount: number;
  readonly signal: {
    readonly axes: readonly { readonly name: string; readonly units: string }[];
    /** Time between two readings, ms. */
    readonly intervalMs: number;
    /** Shape `[readings][axes]`. */
    readonly values: readonly (readonly number[])[];
  };
  /** What the sample is labelled as, and when: in ms from its start, in order. */
  readonly expected: readonly { readonly startMs: number; readonly endMs: number; readonly label: string }[];
  /** Something to tell people about the result. */
  readonly warning: string | undefined;
  /** The windows in time order. */
  readonly windows: () => Iterable<ClassifiedWindow>;
}

/**
 * Reads the answer of a classify call, of any version of Studio.
 *
 * @throws {StudioAnswerError} when it lacks what a result has, when none of its blocks is of a kind that is known here,
 *   or when its blocks disagree about the number of windows.
 */
export function readClassification(answer: Answer, operation: OperationId = "classifySampleV2"): ClassifiedSample {
  refuseOtherShapes(answer, operation);
  const { sample, payload } = answer.sample;
  const { shown, warnings } = chooseBlocks(answer, operation);
  const classifier = shown.find(({ kind }) => kind === "classes")?.block;
  const anomaly = shown.find(looksForAnomalies)?.block;
  const regression = shown.find(({ kind }) => kind === "value")?.block;
  const detector = shown.find(({ kind }) => kind === "objects")?.block;
  const windowCount = shown[0] ? windowCountOf(shown[0].block) : 0;

  // In this order: what the payload says about itself, then what older versions say about the sample.
  const intervalMs = payload.intervalMs ?? sample.intervalMs;
  // Readings that are thinned out for the answer are not those that were windowed.
  const isThinned = payload.values.length < answer.sample.totalPayloadLength;
  const windowedMs = isThinned ? (shown[0]?.block.intervalMs ?? sample.intervalMs) : intervalMs;
  const stepMs = Math.max(1, Math.round(answer.windowIncreaseMs / windowedMs)) * windowedMs;
  const lengthMs = Math.round(answer.windowSizeMs / windowedMs) * windowedMs;
  const classes = classesOf(classifier);
  const expected = expectedSpans(shown[0]?.block, sample, stepMs);

  return {
    sample,
    classes,
    kinds: shown.map(({ kind }) => kind),
    thresholds: {
      ...(classifier && { minimumConfidence: thresholdOf(classifier) }),
      ...(anomaly && { anomaly: thresholdOf(anomaly) }),
      ...(regression && { maximumError: thresholdOf(regression) }),
      ...(detector && { minimumObjectScore: thresholdOf(detector) }),
    },
    windowSizeMs: answer.windowSizeMs,
    windowIncreaseMs: answer.windowIncreaseMs,
    windowCount,
    signal: {
      axes: payload.sensors.map(({ name, units }) => ({ name, units })),
      intervalMs,
      values: payload.values,
    },
    expected,
    warning: [answer.warning, ...warnings].filter(Boolean).join(" ") || undefined,

    *windows() {
      for (let index = 0; index < windowCount; index++) {
        const startMs = index * stepMs;
        const endMs = startMs + lengthMs;
        const views = shown.map(({ block, kind }) => readBlockWindow(block, kind, index, classes));
        yield { index, startMs, endMs, expected: labelAt(expected, endMs), ...combine(views) };
      }
    },
  };
}

/**
 * Reads the answer of a classify call with several variants.
 *
 * @returns By the names of the variants, in the order in which they were asked for.
 * @throws As `readClassification`.
 */
export function readVariants(
  answer: Schemas["ClassifySampleResponseMultipleVariants"],
): ReadonlyMap<string, ClassifiedSample> {
  const operation = "classifySampleForVariants";
  const results = answer.results ?? [];
  if (results.length === 0) throw unreadable(operation, "nothing in it", "/results");
  return new Map(
    results.map(({ variant, classifications }) => [
      variant,
      readClassification({ ...answer, classifications }, operation),
    ]),
  );
}

/**
 * Studio's own rule: an anomaly wins over every other block.
 *
 * Plain loops: results have tens of thousands of windows, and nobody is served while they are read.
 */
function combine(views: readonly BlockWindow[]) {
  const said: { -readonly [K in keyof BlockWindow]: BlockWindow[K] } = {};
  for (const view of views) {
    for (const key of Object.keys(view) as (keyof BlockWindow)[]) {
      // What several blocks say the first one decides.
      if (view[key] !== undefined && said[key] === undefined) said[key] = view[key] as never;
    }
  }
  const deciding =
    views.find(({ verdict }) => verdict === ANOMALY) ?? views.find(({ verdict }) => verdict !== undefined);
  const verdict = deciding?.verdict ?? "";
  return { scores: [], anomaly: undefined, ...said, verdict, reason: deciding?.reason ?? "" };
}

/** The blocks that are shown, those that decide first in front: one of each kind. */
function chooseBlocks({ classifications }: Answer, operation: OperationId) {
  const shown: { block: Block; kind: BlockKind }[] = [];
  const warnings: string[] = [];
  for (const block of classifications) {
    const kind = kindOf(block);
    const { name, type } = block.learnBlock;
    if (kind === undefined) warnings.push(`The block "${name}" is of the unknown kind ${type} and is left out.`);
    else if (shown.some((other) => other.kind === kind))
      warnings.push(`The block "${name}" is left out: it is the second of its kind.`);
    else shown.push({ block, kind });
  }
  if (shown.length === 0 && classifications.length > 0)
    throw unreadable(operation, warnings.join(" "), "/classifications");
  // An anomaly block alone has an opinion; beside a classifier only its alarm counts.
  shown.sort((a, b) => Number(looksForAnomalies(a)) - Number(looksForAnomalies(b)));
  const counts = shown.map(({ block }) => windowCountOf(block));
  if (counts.some((count) => count !== counts[0])) {
    throw unreadable(operation, `its blocks have ${counts.join(" and ")} windows`, "/classifications");
  }
  return { shown, warnings };
}

function looksForAnomalies({ kind }: { readonly kind: BlockKind }): boolean {
  return kind === "anomaly" || kind === "anomaly-grid";
}

function expectedSpans(
  block: Block | undefined,
  sample: Schemas["Sample"],
  windowStepMs: number,
): ClassifiedSample["expected"] {
  const spans = block?.expectedLabels ?? [];
  const count = (spans.at(-1)?.endIndex ?? -1) + 1;
  // Newer versions say what an index lasts. Where they do not, it is a reading, unless there is one for each window.
  const isPerWindow = count === block?.result.length && count !== sample.valuesCount;
  const indexMs = block?.intervalMs ?? (isPerWindow ? windowStepMs : sample.intervalMs);
  return spans.map(({ startIndex, endIndex, label }) => ({
    startMs: startIndex * indexMs,
    endMs: (endIndex + 1) * indexMs,
    label,
  }));
}

function labelAt(expected: ClassifiedSample["expected"], ms: number): string | undefined {
  const covering = expected.find(({ startMs, endMs }) => startMs < ms && ms <= endMs);
  // Rounding can put the end of the last window a hair behind the end of the last span.
  return (covering ?? expected.at(-1))?.label;
}

/** The types are Studio's promise; what comes is looked at before it is believed. */
function refuseOtherShapes(answer: DeepPartial<Answer>, operation: OperationId): void {
  const { sample, classifications, windowSizeMs, windowIncreaseMs } = answer;
  if (!sample?.sample) throw unreadable(operation, "it has no sample", "/sample/sample");
  for (const key of ["values", "sensors"] as const) {
    if (!Array.isArray(sample.payload?.[key])) throw unreadable(operation, "no list", `/sample/payload/${key}`);
  }
  const intervalMs = sample.payload?.intervalMs ?? sample.sample.intervalMs;
  for (const [name, ms] of Object.entries({ windowSizeMs, windowIncreaseMs, intervalMs })) {
    const pointer = name === "intervalMs" ? "/sample/sample/intervalMs" : `/${name}`;
    if (typeof ms !== "number" || !(ms > 0)) throw unreadable(operation, `${name} is ${JSON.stringify(ms)}`, pointer);
  }
  if (!Array.isArray(classifications)) throw unreadable(operation, "no list", "/classifications");
  classifications.forEach((block, i) => {
    const pointer = `/classifications/${i}`;
    if (typeof block?.learnBlock?.type !== "string")
      throw unreadable(operation, "no type", `${pointer}/learnBlock/type`);
    if (!Array.isArray(block.result)) throw unreadable(operation, "no list", `${pointer}/result`);
  });
}

function unreadable(operation: OperationId, reason: string, pointer: string): StudioAnswerError {
  const message = `Studio's answer to ${operation} cannot be read at ${pointer}: ${reason}`;
  return new StudioAnswerError(message, { operation, pointer });
}
