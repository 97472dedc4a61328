import {
  designImpulse,
  frequencyOf,
  labelWhole,
  toImpulseDocument,
  trainAnomalyBlock,
  trainClassifierBlock,
  type AnomalyBlock,
  type ClassifierBlock,
  type EpochProgress,
  type FoldProgress,
  type ImpulseInput,
  type LabelledRecording,
  type TrainingRecording,
} from "@windowscope/engine";

import { readingCount, type Recording } from "../formats/recording.ts";
import type { LabelSpan } from "../formats/structured-labels.ts";
import { ClassifyError, readAs, timingFor } from "../impulse-readings.ts";
import type { ImpulseDesign } from "../impulses.ts";
import { toLabelledRecording } from "../labelled-recording.ts";
import type { SampleSource } from "./sample-source.ts";

/** The samples do not suffice. The message is for people. */
export class TrainingError extends Error {
  override readonly name = "TrainingError";
}

/** A sample to learn from. */
export interface TrainingSample {
  readonly source: SampleSource;
  readonly filename: string;
  readonly label: string;
  readonly structuredLabels: readonly LabelSpan[] | undefined;
}

export interface TrainingInput {
  readonly design: ImpulseDesign;
  readonly samples: readonly TrainingSample[];
  readonly trainsClassifier: boolean;
  readonly trainsAnomaly: boolean;
  readonly seed: number;
}

/** What the learn blocks have learnt, as they stand in an impulse document, as JSON. */
export interface TrainingOutput {
  readonly classifier: string | undefined;
  readonly anomaly: string | undefined;
  /** The limit that suits what the anomaly block has learnt; never below that of the design. */
  readonly anomalyThreshold: number | undefined;
}

/** An epoch that nobody would miss in the log is left out. */
const LOG_EVERY_EPOCHS = 5;
/** With fewer recordings of a label nothing of it can be kept back to learn how recordings differ. */
const FEW_RECORDINGS = 4;

/**
 * Trains learn blocks one after another. Yields lines for the log.
 *
 * @throws {TrainingError} when there is too little to learn from.
 */
export function* trainBlocks(
  { design, samples, trainsClassifier, trainsAnomaly, seed }: TrainingInput,
  recordings: readonly Recording[],
): Generator<string, TrainingOutput> {
  const fitting = yield* fitSamples(design.input, samples, recordings);
  const { name, input, blocks, minimumConfidence = 0, anomalyThreshold = 0 } = design;
  const whole = { name, input, blocks, minimumConfidence, anomalyThreshold };
  yield* describeLabels(fitting);

  try {
    const classifier = trainsClassifier
      ? yield* logged("Classifier", trainClassifierBlock(whole, fitting, { seed }), describeEpoch)
      : undefined;
    const anomaly = trainsAnomaly
      ? yield* logged("Anomaly detection", trainAnomalyBlock(whole, fitting, { seed }), describeFold)
      : undefined;
    return toOutput(whole, classifier, anomaly);
  } catch (error) {
    if (error instanceof RangeError) throw new TrainingError(error.message);
    throw error;
  }
}

/** The recordings that the impulse can read, as it reads them; says which ones are left out, and which are resampled. */
function* fitSamples(
  input: ImpulseInput,
  samples: readonly TrainingSample[],
  recordings: readonly Recording[],
): Generator<string, TrainingRecording[]> {
  const fitting: TrainingRecording[] = [];
  /** By the frequency that they were made at. */
  const resampled = new Map<number, number>();
  for (const [i, recording] of recordings.entries()) {
    const sample = samples[i] as TrainingSample;
    const own = { readingCount: readingCount(recording), intervalMs: recording.intervalMs };
    try {
      fitting.push(readAs(input, toLabelled(recording, sample)));
    } catch (error) {
      if (!(error instanceof ClassifyError)) throw error;
      yield `${sample.filename}: left out. ${error.message}`;
      continue;
    }
    if (timingFor(input, own).intervalMs !== own.intervalMs) {
      const hertz = frequencyOf(own.intervalMs);
      resampled.set(hertz, (resampled.get(hertz) ?? 0) + 1);
    }
    if (own.readingCount * own.intervalMs >= input.windowSizeMs - own.intervalMs / 2) continue;
    yield `${sample.filename}: left out. It is shorter than a window of ${input.windowSizeMs} ms.`;
  }
  for (const [hertz, count] of resampled) {
    yield `${count} of ${recordings.length} samples resampled from ${Number(hertz.toFixed(2))} Hz to ${input.frequencyHz} Hz`;
  }
  return fitting;
}

/** How much there is of each label, and of which there is little. */
function* describeLabels(recordings: readonly Pick<LabelledRecording, "spans">[]): Generator<string> {
  const counts = new Map<string, number>();
  for (const { spans } of recordings) {
    for (const label of new Set(spans.map((span) => span.label))) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const labels = [...counts.keys()].sort();
  yield `${recordings.length} samples, ${labels.length} labels: ${labels.join(", ")}`;
  const rare = labels.filter((label) => (counts.get(label) ?? 0) < FEW_RECORDINGS);
  if (rare.length === 0) return;
  yield `Fewer than ${FEW_RECORDINGS} samples: ${rare.join(", ")}. With more, what a label varies in can be learnt.`;
}

/**
 * Picks a design from nothing but samples.
 *
 * @throws {TrainingError} when there is nothing to go by.
 */
export function designFor(
  name: string,
  samples: readonly TrainingSample[],
  recordings: readonly Recording[],
): ImpulseDesign {
  try {
    const labelled = recordings.map((recording, i) => toLabelled(recording, samples[i] as TrainingSample));
    return designImpulse(name, labelled);
  } catch (error) {
    if (error instanceof RangeError) throw new TrainingError(error.message);
    throw error;
  }
}

function toLabelled(recording: Recording, { label, structuredLabels }: TrainingSample): LabelledRecording {
  return toLabelledRecording(recording, structuredLabels ?? labelWhole(label, readingCount(recording)));
}

function toOutput(
  design: Parameters<typeof trainClassifierBlock>[0],
  classifier: ClassifierBlock | undefined,
  anomaly: AnomalyBlock | undefined,
): TrainingOutput {
  const { name, input, blocks } = design;
  const document = toImpulseDocument({ name, input, blocks, classifier, anomaly }) as {
    readonly classifier?: object;
    readonly anomaly?: object;
  };
  return {
    classifier: document.classifier && JSON.stringify(document.classifier),
    anomaly: document.anomaly && JSON.stringify(document.anomaly),
    anomalyThreshold: anomaly?.threshold,
  };
}

/** Follows a training, and puts what it says into words. */
function* logged<P, R>(
  block: string,
  training: Generator<P, R>,
  describe: (progress: P) => string | undefined,
): Generator<string, R> {
  yield `${block}...`;
  for (let step = training.next(); ; step = training.next()) {
    if (step.done) return step.value;
    const line = describe(step.value);
    if (line !== undefined) yield line;
  }
}

function describeEpoch({ epoch, epochs, loss, accuracy, validationLoss, validationAccuracy }: EpochProgress) {
  if (epoch % LOG_EVERY_EPOCHS !== 0 && epoch !== epochs) return undefined;
  const figures = { loss, accuracy, val_loss: validationLoss, val_accuracy: validationAccuracy };
  const shown = Object.entries(figures).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return [`Epoch ${epoch}/${epochs}`, ...shown.map(([name, value]) => `${name}: ${value.toFixed(4)}`)].join(" - ");
}

function describeFold({ fold, folds, falseAlarms }: FoldProgress): string {
  return `Fold ${fold}/${folds} - false alarms: ${(100 * falseAlarms).toFixed(1)} %`;
}
