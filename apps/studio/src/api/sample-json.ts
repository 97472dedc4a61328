import type { Schemas } from "@windowscope/sdk/api-types";

import { readingCount, readingRows, sliceReadings, type Recording } from "../formats/recording.ts";
import type { Project } from "../projects.ts";
import type { Sample } from "../samples.ts";
import { RefusedError } from "./handlers.ts";

/** Whoever owns the projects of a Studio that nobody logs in to. */
export const OWNER = "local";

/** A sample as the API shows it. */
export function sampleJson(
  sample: Sample,
  project: Project,
  options: { readonly excludeSensors?: boolean | undefined } = {},
): Schemas["Sample"] {
  const { intervalMs, valuesCount } = sample;
  const frequency = frequencyOf(intervalMs);
  const totalLengthMs = intervalMs * valuesCount;
  const chartType = valuesCount === 1 ? "table" : "chart";
  const { structuredLabels } = sample;
  const sensors = sample.sensors.map(({ name, units }, index) => ({ index, name, units }));
  return {
    id: sample.id,
    filename: sample.filename,
    signatureValidate: sample.isSignatureValid,
    signatureMethod: sample.signatureMethod,
    ...(sample.isSignatureValid && { signatureKey: project.hmacKey }),
    created: sample.added,
    lastModified: sample.modified,
    category: sample.category,
    coldstorageFilename: `local/${sample.projectId}/${sample.id}.${sample.format}`,
    label: sample.label,
    intervalMs,
    frequency,
    originalIntervalMs: intervalMs,
    originalFrequency: frequency,
    ...(sample.deviceName !== undefined && { deviceName: sample.deviceName }),
    deviceType: sample.deviceType,
    sensors: options.excludeSensors ? [] : sensors,
    valuesCount,
    totalLengthMs,
    added: sample.added,
    boundingBoxes: [],
    boundingBoxesType: "object_detection",
    chartType,
    isDisabled: sample.isDisabled,
    isProcessing: false,
    processingError: false,
    isCropped: valuesCount < sample.storedCount,
    metadata: { ...sample.metadata },
    projectId: project.id,
    projectOwnerName: OWNER,
    projectName: project.name,
    projectLabelingMethod: "single_label",
    sha256Hash: sample.sha256,
    ...(structuredLabels && {
      structuredLabels: structuredLabels.map((span) => ({ ...span })),
      structuredLabelsList: [...new Set(structuredLabels.map(({ label }) => label))],
    }),
    datastreams: [{ index: 0, chartType, intervalMs, frequencyHz: frequency, sensors, valuesCount, totalLengthMs }],
  };
}

/** More numbers than this in one answer are refused: with those of the datastream they are some 40 MB as JSON. */
export const MOST_PAYLOAD_NUMBERS = 1_000_000;

/**
 * A sample with its readings.
 *
 * @param most Thins the readings out to at most so many.
 * @throws {RefusedError} when there are more than an answer can have.
 */
export function rawSampleJson(
  sample: Sample,
  project: Project,
  recording: Recording,
  most = Infinity,
): Schemas["RawSampleData"] {
  const totalPayloadLength = readingCount(recording);
  const every = Math.max(1, Math.ceil(totalPayloadLength / Math.max(1, most)));
  const mostRows = Math.floor(MOST_PAYLOAD_NUMBERS / recording.sensors.length);
  if (Math.ceil(totalPayloadLength / every) > mostRows) {
    throw new RefusedError(
      `${totalPayloadLength} readings are too many for one answer. Ask for ${mostRows} of them at most with ` +
        "limitPayloadValues, for a part with getSampleSlice, or for the file with getSampleAsRaw.",
    );
  }
  const intervalMs = recording.intervalMs * every;
  const payload: Schemas["RawSamplePayload"] = {
    ...(recording.deviceName !== undefined && { device_name: recording.deviceName }),
    device_type: recording.deviceType,
    sensors: recording.sensors.map(({ name, units }, index) => ({ index, name, units })),
    values: readingRows(recording, every),
    intervalMs,
    frequencyHz: frequencyOf(intervalMs),
    cropStart: sample.cropStart,
    cropEnd: sample.cropStart + sample.valuesCount,
  };
  return {
    sample: sampleJson(sample, project),
    payload,
    totalPayloadLength,
    datastreamPayloads: [{ index: 0, payload, totalPayloadLength }],
  };
}

/**
 * A sample with its readings; those of a long one are thinned out, for answers that are about something else.
 */
export function thinnedSampleJson(sample: Sample, project: Project, recording: Recording): Schemas["RawSampleData"] {
  return rawSampleJson(sample, project, recording, Math.floor(MOST_PAYLOAD_NUMBERS / recording.sensors.length));
}

/** A sample with its readings from one index up to another. */
export function sliceJson(
  sample: Sample,
  project: Project,
  recording: Recording,
  from: number,
  to: number,
  most?: number,
) {
  const part = sliceReadings(recording, from, to);
  const { sample: json, payload, totalPayloadLength } = rawSampleJson(sample, project, part, most);
  return { sample: json, payload, totalPayloadLength };
}

/** Spans of a sample that are shown to those who do not want all of them. */
const SHOWN_SPANS = 100;

/** The sample as an answer is to show it: with all its label spans, or with only the first ones. */
export function withShownSpans(
  sample: Sample,
  { truncateStructuredLabels = false }: { readonly truncateStructuredLabels?: boolean },
): Sample {
  if (!truncateStructuredLabels) return sample;
  return { ...sample, structuredLabels: sample.structuredLabels?.slice(0, SHOWN_SPANS) };
}

/** The labels of a sample by reading: those of its own, or one over everything. */
export function spansOf({ structuredLabels, label, valuesCount }: Sample): Schemas["StructuredLabel"][] {
  return (structuredLabels ?? [{ startIndex: 0, endIndex: valuesCount - 1, label }]).map((span) => ({ ...span }));
}

/** In Hz; a whole number where it is one but for rounding, as Studio shows it. */
export function frequencyOf(intervalMs: number): number {
  const frequency = 1000 / intervalMs;
  const whole = Math.round(frequency);
  return Math.abs(frequency - whole) < 0.01 ? whole : frequency;
}
