import type { Impulse } from "./impulse.ts";
import type { LabelSpan } from "./label-spans.ts";

/** A recording as somebody made it: any axes, any frequency. */
export interface LabelledRecording {
  /** What was going on when, in order; readings outside every span have no label. */
  readonly spans: readonly LabelSpan[];
  /** Names of the sensor axes, in the order in which the readings carry them. */
  readonly axes: readonly string[];
  /** Time between two readings, ms. */
  readonly intervalMs: number;
  /** Readings one after another, each with all axes. Shape `[readings * axes]`. */
  readonly readings: Float32Array;
}

/** A recording to learn from, at the impulse's frequency and with its axes in its order. */
export type TrainingRecording = Pick<LabelledRecording, "spans" | "readings">;

/** A recording that an impulse cannot read. */
export interface Misfit {
  /** Which one of the recordings handed in. */
  readonly index: number;
  /** For people. */
  readonly reason: string;
}

/** Recorded intervals this close to the impulse's are the same frequency; a board's clock is not exact. */
export const INTERVAL_TOLERANCE = 0.005;

/**
 * Picks the recordings that an impulse can read, and brings their axes into its order; further axes are left out.
 *
 * A recording at another frequency does not fit; `resampleRecording` makes it one that does.
 */
export function fitRecordings(
  input: Pick<Impulse["input"], "axes" | "frequencyHz">,
  recordings: readonly LabelledRecording[],
): { readonly fitting: readonly TrainingRecording[]; readonly misfits: readonly Misfit[] } {
  const fitting: TrainingRecording[] = [];
  const misfits: Misfit[] = [];
  recordings.forEach((recording, index) => {
    const reason = findMisfit(input, recording);
    if (reason === undefined) fitting.push({ spans: recording.spans, readings: selectAxes(recording, input.axes) });
    else misfits.push({ index, reason });
  });
  return { fitting, misfits };
}

function findMisfit(
  { axes, frequencyHz }: Pick<Impulse["input"], "axes" | "frequencyHz">,
  recording: LabelledRecording,
): string | undefined {
  const missing = axes.filter((axis) => !recording.axes.includes(axis));
  if (missing.length > 0) {
    return `It has the axes ${recording.axes.join(", ")} and lacks ${missing.join(", ")}.`;
  }
  const recordedHz = 1000 / recording.intervalMs;
  // Written so that an interval that is not a number does not pass.
  if (!(Math.abs(recordedHz / frequencyHz - 1) <= INTERVAL_TOLERANCE)) {
    const needed = round(frequencyHz);
    return `It was made at ${round(recordedHz)} Hz, not at ${needed} Hz. Record it at ${needed} Hz, or resample it.`;
  }
  const { length } = recording.readings;
  const axisCount = recording.axes.length;
  if (length % axisCount !== 0) {
    return `It ends within reading ${Math.floor(length / axisCount)}: ${length} numbers for ${axisCount} axes.`;
  }
  const unfinished = recording.readings.findIndex((value) => !Number.isFinite(value));
  if (unfinished !== -1) {
    const reading = Math.floor(unfinished / axisCount);
    return `Its reading ${reading} holds ${recording.readings[unfinished]}, which is no measurement.`;
  }
  return undefined;
}

function selectAxes({ axes: recorded, readings }: LabelledRecording, axes: readonly string[]): Float32Array {
  const columns = axes.map((axis) => recorded.indexOf(axis));
  if (columns.length === recorded.length && columns.every((column, axis) => column === axis)) return readings;
  const selected = new Float32Array((readings.length / recorded.length) * axes.length);
  for (let i = 0, from = 0; i < selected.length; from += recorded.length) {
    for (const column of columns) selected[i++] = readings[from + column] as number;
  }
  return selected;
}

function round(hertz: number): number {
  return Math.round(hertz * 100) / 100;
}
