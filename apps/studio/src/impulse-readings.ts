/**
 * A sample as an impulse reads it: its axes in its order, at its frequency.
 *
 * A sample at another frequency is resampled, as Studio does, whether it is classified or learnt from. What is counted in
 * readings of such a sample (windows, labels, the readings beside a result) is counted in those that were windowed.
 */
import {
  fitRecordings,
  frequencyOf,
  INTERVAL_TOLERANCE,
  planWindows,
  resample,
  resampledCount,
  resampleRecording,
  type ImpulseInput,
  type LabelledRecording,
  type TrainingRecording,
} from "@windowscope/engine";

import { MOST_VALUES, readingCount, type Recording } from "./formats/recording.ts";

/** The sample and the impulse do not go together. The message is for people. */
export class ClassifyError extends Error {
  override readonly name = "ClassifyError";
}

/** How many readings there are, and how far apart in ms. */
export interface Timing {
  readonly readingCount: number;
  readonly intervalMs: number;
}

/** So many times as many readings, or as few, are a mistake, and not another sensor. */
const MOST_TIMES = 200;

/**
 * The readings that windows of a sample are cut from: its own, or those that it is resampled to.
 *
 * @throws {ClassifyError} for a frequency so far from the impulse's that it has to be a mistake.
 */
export function timingFor(input: ImpulseInput, { readingCount, intervalMs }: Timing): Timing {
  const { frequencyHz } = input;
  // A single reading has no frequency.
  if (readingCount <= 1 || isAlike(input, intervalMs)) return { readingCount, intervalMs };
  const recordedHz = 1000 / intervalMs;
  const times = frequencyHz / recordedHz;
  if (!(times <= MOST_TIMES && times >= 1 / MOST_TIMES)) {
    const change = times > 1 ? `${print(times)} times as many` : `${print(1 / times)} times fewer`;
    throw new ClassifyError(
      `It was made at ${print(recordedHz)} Hz and the impulse reads ${print(frequencyHz)} Hz, ${change} readings; ` +
        `up to ${MOST_TIMES} times are resampled. ` +
        `Record it at ${print(frequencyHz)} Hz, or use an impulse for ${print(recordedHz)} Hz.`,
    );
  }
  return {
    readingCount: resampledCount(readingCount, frequencyOf(intervalMs), frequencyHz),
    intervalMs: 1000 / frequencyHz,
  };
}

/**
 * A recording as an impulse reads it.
 *
 * @throws {ClassifyError} when it lacks an axis, or its frequency is too far from the impulse's.
 */
export function readAs(input: ImpulseInput, recording: LabelledRecording): TrainingRecording {
  const { intervalMs, spans } = recording;
  const { fitting, misfits } = fitRecordings({ axes: input.axes, frequencyHz: 1000 / intervalMs }, [recording]);
  const [fit] = fitting;
  if (!fit) throw new ClassifyError(misfits[0]?.reason);
  const own = { readingCount: fit.readings.length / input.axes.length, intervalMs };
  const timing = timingFor(input, own);
  if (timing.intervalMs === intervalMs) return fit;
  refuseTooMany(timing, input.axes.length);
  return resampleRecording({ ...fit, spans, axes: input.axes, intervalMs }, input.frequencyHz);
}

/** All axes of a recording, with the readings that windows are cut from. @throws {ClassifyError} */
export function resampleFor(input: ImpulseInput, recording: Recording): Recording {
  const { values, sensors, intervalMs } = recording;
  const timing = timingFor(input, { readingCount: readingCount(recording), intervalMs });
  if (timing.intervalMs === intervalMs) return recording;
  refuseTooMany(timing, sensors.length);
  const resampled = resample(Float32Array.from(values), sensors.length, timing.readingCount);
  return { ...recording, intervalMs: timing.intervalMs, values: Float64Array.from(resampled) };
}

/** Whether windows of a recording are, as it is, those of the impulse; a board's clock is not exact. */
function isAlike(input: ImpulseInput, intervalMs: number): boolean {
  if (!(Math.abs(1000 / intervalMs / input.frequencyHz - 1) <= INTERVAL_TOLERANCE)) return false;
  const own = planOf(input, intervalMs);
  const wanted = planOf(input, 1000 / input.frequencyHz);
  return own.windowReadings === wanted.windowReadings && own.increaseReadings === wanted.increaseReadings;
}

function planOf(input: ImpulseInput, intervalMs: number) {
  const { windowSizeMs: sizeMs, windowIncreaseMs, classificationWindowIncreaseMs, padZeros } = input;
  const increaseMs = classificationWindowIncreaseMs ?? windowIncreaseMs;
  return planWindows({ readingCount: 0, intervalMs }, { sizeMs, increaseMs, padZeros });
}

function refuseTooMany({ readingCount, intervalMs }: Timing, axisCount: number): void {
  if (readingCount * axisCount <= MOST_VALUES) return;
  throw new ClassifyError(
    `At ${print(1000 / intervalMs)} Hz it has ${readingCount} readings on ${axisCount} axes, more than ${MOST_VALUES} ` +
      "numbers. Crop the sample.",
  );
}

function print(value: number): number {
  return Math.round(value * 100) / 100;
}
