import type { LabelledRecording, LabelSpan } from "@windowscope/engine";

import type { Recording } from "./formats/recording.ts";

/** A recording as the engine takes it. */
export function toLabelledRecording(
  { sensors, intervalMs, values }: Recording,
  spans: readonly LabelSpan[],
): LabelledRecording {
  return { spans, axes: sensors.map(({ name }) => name), intervalMs, readings: Float32Array.from(values) };
}
