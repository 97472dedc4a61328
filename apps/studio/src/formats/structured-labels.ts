/**
 * Labels of parts of a recording: spans of readings, each with its label, and their side file.
 */
import type { LabelSpan } from "@windowscope/engine";

import { RecordingError } from "./recording.ts";

export type { LabelSpan };

/** The label that lasts longest; the first of several. */
export function longestLabel(spans: readonly LabelSpan[]): string {
  const lengths = new Map<string, number>();
  for (const { startIndex, endIndex, label } of spans) {
    lengths.set(label, (lengths.get(label) ?? 0) + endIndex + 1 - startIndex);
  }
  return [...lengths].reduce((longest, each) => (each[1] > longest[1] ? each : longest), ["", 0])[0];
}

const MOST_SPANS = 100_000;
const LONGEST_LABEL = 1_000;

/**
 * Checks spans against the recording they label: in order, without a gap, over all of it. Equal neighbours become one.
 *
 * @throws {RecordingError} naming the first reading without a label, or the first span that is wrong.
 */
export function checkStructuredLabels(spans: readonly LabelSpan[], readingCount: number): LabelSpan[] {
  const merged: LabelSpan[] = [];
  let next = 0;
  for (const span of spans) {
    if (span.startIndex > next) throw unlabelled(next);
    if (span.startIndex < next) {
      throw new RecordingError(
        `structuredLabels: index ${span.startIndex} has more than one label. Spans have to follow one another.`,
      );
    }
    const last = merged.at(-1);
    if (last?.label === span.label) merged[merged.length - 1] = { ...last, endIndex: span.endIndex };
    else merged.push(span);
    next = span.endIndex + 1;
  }
  if (next < readingCount) throw unlabelled(next);
  if (next > readingCount) {
    throw new RecordingError(
      `structuredLabels: endIndex ${next - 1} is beyond the end of the sample, whose last index is ${readingCount - 1}.`,
    );
  }
  return merged;
}

/**
 * Reads the side file `structured_labels.labels`.
 *
 * @returns Spans for each file name.
 * @throws {RecordingError} when it is none.
 */
export function parseStructuredLabels(document: unknown): Map<string, readonly LabelSpan[]> {
  const labels = isObject(document) ? document.structuredLabels : undefined;
  if (!isObject(labels)) throw new RecordingError("structured_labels.labels has to have structuredLabels, an object.");
  return new Map(Object.entries(labels).map(([file, spans]) => [file, readSpans(spans, file)]));
}

/** @throws {RecordingError} when it is no array of spans with whole indices. */
export function readSpans(value: unknown, file: string): LabelSpan[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_SPANS) {
    throw new RecordingError(`structuredLabels of ${file} have to be an array of 1 to ${MOST_SPANS} spans.`);
  }
  return value.map((item: unknown, i) => {
    const { startIndex, endIndex, label } = isObject(item) ? item : {};
    if (typeof label !== "string" || label === "" || label.length > LONGEST_LABEL) {
      throw new RecordingError(`structuredLabels of ${file}: span ${i} has no label.`);
    }
    if (!isIndex(startIndex) || !isIndex(endIndex) || endIndex < startIndex) {
      throw new RecordingError(
        `structuredLabels of ${file}: span ${i} needs whole numbers startIndex and endIndex, the end not before the start.`,
      );
    }
    return { startIndex, endIndex, label };
  });
}

function unlabelled(index: number): RecordingError {
  return new RecordingError(
    `structuredLabels: index ${index} does not have a label. Currently we require structured labels for the complete sample.`,
  );
}

function isIndex(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
