import { planWindows, resampleSpans, expectedLabel, type ImpulseInput } from "@windowscope/engine";
import type { Schemas } from "@windowscope/sdk/api-types";

import { timingFor, type Timing } from "../impulse-readings.ts";
import type { Sample } from "../samples.ts";
import { spansOf } from "./sample-json.ts";

/** Where in its sample a window lies, and what should come out of it. */
export interface WindowPlace {
  readonly startMs: number;
  readonly endMs: number;
  readonly label: string;
}

/** Tells the place of each window of a sample, by the window's number. @throws {ClassifyError} */
export function windowPlaces(sample: Sample, input: ImpulseInput): (window: number) => WindowPlace {
  const { timing, spans } = windowedLabels(sample, input);
  const { windowReadings, increaseReadings } = windowReadingsOf(timing, input);
  return (window) => {
    const start = window * increaseReadings;
    const end = start + windowReadings;
    return {
      startMs: start * timing.intervalMs,
      endMs: end * timing.intervalMs,
      label: expectedLabel(spans, start, Math.min(end, timing.readingCount), input.labelling) ?? "",
    };
  };
}

/** The labels of a sample, in the readings that its windows are cut from. @throws {ClassifyError} */
export function windowedLabels(
  sample: Sample,
  input: ImpulseInput,
): { readonly timing: Timing; readonly spans: Schemas["StructuredLabel"][] } {
  const { valuesCount: readingCount, intervalMs } = sample;
  const timing = timingFor(input, { readingCount, intervalMs });
  const spans = spansOf(sample);
  return {
    timing,
    spans: timing.intervalMs === intervalMs ? spans : [...resampleSpans(spans, readingCount, timing.readingCount)],
  };
}

/** Readings in a window, and from one window to the next. */
export function windowReadingsOf({ readingCount, intervalMs }: Timing, input: ImpulseInput) {
  const { windowSizeMs: sizeMs, padZeros } = input;
  return planWindows({ readingCount, intervalMs }, { sizeMs, increaseMs: increaseMsOf(input), padZeros });
}

/** From one window to the next, when a sample is classified. */
export function increaseMsOf({ windowIncreaseMs, classificationWindowIncreaseMs = windowIncreaseMs }: ImpulseInput) {
  return classificationWindowIncreaseMs;
}
