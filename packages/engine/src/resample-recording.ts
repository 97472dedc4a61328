import { resample, resampledCount } from "./blocks/resample.ts";
import type { LabelledRecording } from "./fit-recordings.ts";
import type { LabelSpan } from "./label-spans.ts";
import { frequencyOf } from "./windows.ts";

/**
 * A recording at another frequency, with its labels where they were in time, as Studio makes one when the frequency of a
 * sample is not that of the impulse. `placeWindow` finds its windows in the recording as it was.
 *
 * @throws {RangeError} for a recording without readings.
 */
export function resampleRecording(recording: LabelledRecording, frequencyHz: number): LabelledRecording {
  const { axes, intervalMs, readings, spans } = recording;
  const count = readings.length / axes.length;
  const newCount = resampledCount(count, frequencyOf(intervalMs), frequencyHz);
  return {
    axes,
    intervalMs: 1000 / frequencyHz,
    readings: resample(readings, axes.length, newCount),
    spans: resampleSpans(spans, count, newCount),
  };
}

/**
 * Labels of a recording where they are when its `count` readings have become `newCount`. Spans that touch still touch;
 * one too short for a reading is left out.
 */
export function resampleSpans(spans: readonly LabelSpan[], count: number, newCount: number): readonly LabelSpan[] {
  // Edges are moved rather than readings.
  const moved = (edge: number) => Math.round((edge * newCount) / count);
  return spans
    .map(({ startIndex, endIndex, label }) => {
      return { startIndex: moved(startIndex), endIndex: moved(endIndex + 1) - 1, label };
    })
    .filter(({ startIndex, endIndex }) => startIndex <= endIndex);
}
