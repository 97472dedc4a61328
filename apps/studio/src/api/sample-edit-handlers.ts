import { RecordingError } from "../formats/recording.ts";
import { checkStructuredLabels, longestLabel, readSpans, type LabelSpan } from "../formats/structured-labels.ts";
import type { LocalStudio } from "../local-studio.ts";
import { uniqueFilename, type Sample } from "../samples.ts";
import { RefusedError, type Handlers } from "./handlers.ts";
import { lookups } from "./lookups.ts";
import { parseCategory } from "./parameters.ts";

/** Serves what changes samples. */
export function sampleEditHandlers(studio: LocalStudio): Handlers {
  const { samples } = studio;
  const { findSample } = lookups(studio);

  return {
    editLabel: ({ project, path, body }) => {
      samples.change(findSample(project, path.sampleId), { label: body.label, structuredLabels: undefined });
      return {};
    },

    moveSample: ({ project, path, body }) => {
      samples.change(findSample(project, path.sampleId), { category: parseCategory(body.newCategory) });
      return {};
    },

    renameSample: ({ project, path, body }) => {
      samples.change(findSample(project, path.sampleId), { filename: body.name });
      return {};
    },

    setSampleMetadata: ({ project, path, body }) => {
      samples.change(findSample(project, path.sampleId), { metadata: body.metadata ?? {} });
      return {};
    },

    setSampleStructuredLabels: ({ project, path, body }) => {
      const sample = findSample(project, path.sampleId);
      const structuredLabels = checkSpans(body.structuredLabels, sample);
      samples.change(sample, { structuredLabels, label: longestLabel(structuredLabels) });
      return {};
    },

    enableSample: ({ project, path }) => {
      samples.change(findSample(project, path.sampleId), { isDisabled: false });
      return {};
    },

    disableSample: ({ project, path }) => {
      samples.change(findSample(project, path.sampleId), { isDisabled: true });
      return {};
    },

    deleteSample: async ({ project, path }) => {
      await studio.deleteSamples([findSample(project, path.sampleId)]);
      return {};
    },

    cropSample: ({ project, path, body }) => {
      const sample = findSample(project, path.sampleId);
      const { cropStart: from, cropEnd: to } = body;
      // As with Studio, cropping starts again from the whole recording.
      if (!(Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from < to && to <= sample.storedCount)) {
        throw new RefusedError(`Readings ${from} to ${to} are no part of the ${sample.storedCount} that there are.`);
      }
      samples.change(sample, { cropStart: from, valuesCount: to - from, ...labelsOfPart(sample, from, to) });
      return { requiresProcessing: false };
    },

    segmentSample: async ({ project, path, body }) => {
      const sample = findSample(project, path.sampleId);
      const pieces = body.segments.map(({ startMs, endMs }) => {
        const [from, to] = [startMs, endMs].map((ms) => Math.round(ms / sample.intervalMs)) as [number, number];
        if (0 <= from && from < to && to <= sample.valuesCount) return { from, to };
        const lengthMs = sample.valuesCount * sample.intervalMs;
        throw new RefusedError(`${startMs} to ${endMs} ms is no part of a sample of ${lengthMs} ms.`);
      });
      if (pieces.length === 0) throw new RefusedError('"segments" has to name one or more pieces.');
      const files = await studio.files.keepAgain(sample.file, pieces.length);
      const newSamples = pieces.map(({ from, to }, i) => {
        const cropStart = sample.cropStart + from;
        return {
          ...sample,
          file: files[i] as string,
          filename: uniqueFilename(sample.filename),
          ...labelsOfPart(sample, cropStart, cropStart + to - from),
          cropStart,
          valuesCount: to - from,
        };
      });
      const isReplaced = samples.replace(sample, newSamples);
      await studio.files.remove(isReplaced ? [sample.file] : files);
      if (!isReplaced) throw new RefusedError(`There is no sample ${sample.id} any more.`);
      return {};
    },
  };
}

function checkSpans(spans: unknown, { filename, valuesCount }: Sample): LabelSpan[] {
  try {
    return checkStructuredLabels(readSpans(spans, filename), valuesCount);
  } catch (error) {
    if (error instanceof RecordingError) throw new RefusedError(error.message);
    throw error;
  }
}

/** The labels of a part of the file; outside the part that had labels, the nearest one holds. */
function labelsOfPart(
  { label, structuredLabels, cropStart }: Sample,
  from: number,
  to: number,
): Pick<Sample, "label" | "structuredLabels"> {
  if (!structuredLabels) return { label, structuredLabels };
  const last = structuredLabels.length - 1;
  const spans = structuredLabels.flatMap((span, i) => {
    const start = i === 0 ? from : Math.max(from, span.startIndex + cropStart);
    const end = i === last ? to - 1 : Math.min(to - 1, span.endIndex + cropStart);
    return start > end ? [] : [{ ...span, startIndex: start - from, endIndex: end - from }];
  });
  return { label: longestLabel(spans), structuredLabels: spans };
}
