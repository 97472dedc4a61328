import { fitRecordings, INTERVAL_TOLERANCE, type LabelledRecording, type TrainingRecording } from "./fit-recordings.ts";
import type { ImpulseDesign } from "./training-windows.ts";
import { frequencyOf } from "./windows.ts";

const WINDOW_MS = 2000;
/** A slow sensor needs more time than that for a spectrum of some use. */
const FEWEST_WINDOW_READINGS = 32;
/** The window takes up to this share of a short recording, which leaves room to slide. */
const WINDOW_SHARE = 2 / 3;
/** Where labels follow each other, a window that has just crossed an edge still shows what was before: keep it short. */
const SHARE_OF_SPAN = 1 / 8;
const SHORTEST_SPAN_WINDOW_MS = 750;
/** Recordings and spans with so little of a label's readings may be too short for the window. */
const NEGLIGIBLE_SHARE = 0.05;
/** Steps in one window, unless that makes too many windows. */
const STEPS_PER_WINDOW = 25;
const MOST_WINDOWS = 6000;
/** Bins at least so fine, Hz, while the transform stays within its limits: people move at 1 to 10 Hz. */
const BIN_HZ = 2;
const FFT_LENGTHS = { shortest: 4, usual: 16, longest: 256 };
/** More features than that take long to learn, and few recordings do not tell which of them matter. */
const MOST_FEATURES = 400;
/** Deviations of the readings that statistics, spectrum and int8 go well with, as acceleration in m/s2 has them. */
const USUAL_DEVIATION = { lowest: 1, highest: 10 };

/**
 * Picks how to window recordings and what to see in them, from nothing but the recordings.
 *
 * Axes and frequency are those that most readings have. The window is 2 s, or shorter where recordings or spans of one
 * label are too short to hold it and some room to slide, or where labels follow each other in a recording; it moves on
 * by a 25th, or by more when that makes too many windows. The spectrum's bins are 2 Hz wide or narrower, within 16 to
 * 256 points. Readings are scaled by a power of ten to the size that acceleration in m/s2 has. No filter.
 *
 * A starting point: everything can be changed before training. `fitRecordings` tells which recordings it leaves out.
 *
 * @throws {RangeError} when no recording has a labelled reading, or all of them are too short for any window.
 */
export function designImpulse(name: string, recordings: readonly LabelledRecording[]): ImpulseDesign {
  const labelled = recordings.filter(
    ({ spans, axes, readings }) => spans.length > 0 && axes.length > 0 && readings.length > 0,
  );
  const axes = mostRead(labelled, ({ axes: candidate }) => candidate.join("\n"))?.axes;
  const sameAxes = labelled.filter((recording) => axes?.every((axis) => recording.axes.includes(axis)));
  const intervalMs = pickInterval(sameAxes);
  if (!axes || intervalMs === undefined) {
    throw new RangeError("There is nothing to design an impulse for: no recording has a label and readings.");
  }
  const frequencyHz = frequencyOf(intervalMs);
  const { fitting, misfits } = fitRecordings({ axes, frequencyHz }, labelled);
  if (fitting.length === 0) throw new RangeError(`No recording can be used. ${misfits[0]?.reason}`);

  const shortest = shortestPieceThatCounts(fitting);
  const usableReadings = Math.floor(WINDOW_SHARE * shortest);
  const wantedMs = fitting.some(({ spans }) => new Set(spans.map(({ label }) => label)).size > 1)
    ? Math.min(WINDOW_MS, Math.max(SHORTEST_SPAN_WINDOW_MS, (1000 * SHARE_OF_SPAN * shortest) / frequencyHz))
    : WINDOW_MS;
  const wantedReadings = Math.max(Math.round((wantedMs * frequencyHz) / 1000), FEWEST_WINDOW_READINGS);
  const windowReadings = Math.min(wantedReadings, usableReadings);
  if (windowReadings < FFT_LENGTHS.shortest) {
    throw new RangeError(
      `The recordings are too short: most of a label's last ${shortest} readings, ` +
        `and a window needs ${FFT_LENGTHS.shortest} and some room.`,
    );
  }
  const lengths = fitting.map(({ readings }) => readings.length / axes.length);
  return {
    name,
    input: {
      axes,
      frequencyHz,
      windowSizeMs: wholeMs(windowReadings / frequencyHz),
      windowIncreaseMs: wholeMs(pickStep(lengths, windowReadings) / frequencyHz),
      padZeros: false,
    },
    blocks: [
      {
        parameters: {
          type: "spectral-analysis",
          version: 2,
          scaleAxes: pickScale(fitting, axes.length),
          filterType: "none",
          filterCutoffHz: 0,
          filterOrder: 0,
          fftLength: pickFftLength(frequencyHz, windowReadings, axes.length),
          doLog: true,
          doFftOverlap: true,
        },
      },
    ],
    minimumConfidence: 0.6,
    anomalyThreshold: 0.3,
  };
}

/** The first recording of the kind that has the most readings. */
function mostRead(
  recordings: readonly LabelledRecording[],
  kindOf: (recording: LabelledRecording) => string,
): LabelledRecording | undefined {
  const kinds = new Map<string, { readonly first: LabelledRecording; count: number }>();
  for (const recording of recordings) {
    const kind = kinds.get(kindOf(recording)) ?? { first: recording, count: 0 };
    kind.count += countReadings(recording);
    kinds.set(kindOf(recording), kind);
  }
  return [...kinds.values()].reduce<{ first: LabelledRecording; count: number } | undefined>(
    (most, kind) => (most && most.count >= kind.count ? most : kind),
    undefined,
  )?.first;
}

/** The interval with the most readings close enough to it. */
function pickInterval(recordings: readonly LabelledRecording[]): number | undefined {
  const readings = new Map<number, number>();
  for (const recording of recordings) {
    const { intervalMs } = recording;
    if (!(intervalMs > 0 && Number.isFinite(intervalMs))) continue;
    readings.set(intervalMs, (readings.get(intervalMs) ?? 0) + countReadings(recording));
  }
  let best: { readonly intervalMs: number; readonly near: number; readonly own: number } | undefined;
  for (const [intervalMs, own] of readings) {
    let near = 0;
    for (const [other, count] of readings) {
      if (Math.abs(intervalMs / other - 1) <= INTERVAL_TOLERANCE) near += count;
    }
    if (!best || near > best.near || (near === best.near && own > best.own)) best = { intervalMs, near, own };
  }
  return best?.intervalMs;
}

/**
 * Readings in the shortest stretch of a label, of those stretches that matter, over all labels.
 *
 * Counted by readings, since a few very short recordings among long ones must not shorten every window.
 */
function shortestPieceThatCounts(recordings: readonly TrainingRecording[]): number {
  const pieces = new Map<string, number[]>();
  for (const { spans } of recordings) {
    let previous: { readonly label: string; readonly endIndex: number; readonly readings: number } | undefined;
    for (const { startIndex, endIndex, label } of spans) {
      const own = endIndex - startIndex + 1;
      // Neighbours with the same label are one stretch.
      const goesOn = previous?.label === label && previous.endIndex === startIndex - 1;
      const lengths = pieces.get(label) ?? [];
      const readings: number = goesOn ? (lengths.pop() as number) + own : own;
      lengths.push(readings);
      pieces.set(label, lengths);
      previous = { label, endIndex, readings };
    }
  }
  const shortest = [...pieces.values()].map((lengths) => {
    const ascending = lengths.toSorted((a, b) => a - b);
    let left = NEGLIGIBLE_SHARE * ascending.reduce((sum, length) => sum + length, 0);
    return ascending.find((length) => (left -= length) < 0) ?? 0;
  });
  return Math.min(...shortest);
}

/** Readings from one window to the next. */
function pickStep(lengths: readonly number[], windowReadings: number): number {
  let step = Math.max(1, Math.round(windowReadings / STEPS_PER_WINDOW));
  const room = lengths.reduce((sum, length) => sum + Math.max(0, length - windowReadings), 0);
  step = Math.max(step, Math.ceil(room / MOST_WINDOWS));
  return Math.min(step, windowReadings);
}

function pickFftLength(frequencyHz: number, windowReadings: number, axisCount: number): number {
  let length = FFT_LENGTHS.usual;
  while (frequencyHz / length > BIN_HZ && length < FFT_LENGTHS.longest) length *= 2;
  const isTooLong = () => length > windowReadings || (axisCount * length) / 2 > MOST_FEATURES;
  while (isTooLong() && length > FFT_LENGTHS.shortest) length /= 2;
  return length;
}

/** A power of ten that brings the liveliest axis of the liveliest recordings to the usual size. */
function pickScale(recordings: readonly TrainingRecording[], axisCount: number): number {
  const deviations = recordings.flatMap(({ readings }) =>
    Array.from({ length: axisCount }, (_, axis) => deviationOf(readings, axis, axisCount)),
  );
  const ascending = deviations.sort((a, b) => a - b);
  // The very liveliest may be a sensor that fell.
  const lively = ascending[Math.floor(0.95 * (ascending.length - 1))] ?? 0;
  if (lively === 0) return 1;
  let scale = 1;
  while (lively * scale > 2 * USUAL_DEVIATION.highest) scale /= 10;
  while (lively * scale < USUAL_DEVIATION.lowest / 2) scale *= 10;
  // Dividing leaves 0.001 as 0.001, multiplying by 0.1 would not.
  return Number(scale.toPrecision(1));
}

function deviationOf(readings: Float32Array, axis: number, axisCount: number): number {
  const count = readings.length / axisCount;
  let sum = 0;
  for (let i = axis; i < readings.length; i += axisCount) sum += readings[i] as number;
  let squares = 0;
  for (let i = axis; i < readings.length; i += axisCount) {
    const difference = (readings[i] as number) - sum / count;
    squares += difference * difference;
  }
  return Math.sqrt(squares / count);
}

function countReadings({ readings, axes }: LabelledRecording): number {
  return readings.length / axes.length;
}

/** Studio states windows in whole ms. */
function wholeMs(seconds: number): number {
  return Math.max(1, Math.round(seconds * 1000));
}
