/**
 * The work that takes long enough to be felt: reading files, classifying, training.
 *
 * Each task goes from values to values, so that it can run on a thread of its own; of the world it knows only files.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";

import { parseImpulse, type Impulse, type ImpulseInput, type Variant } from "@windowscope/engine";

import {
  classifyRecording,
  extractFeatures,
  type FeatureDesign,
  type WindowFeatures,
  type WindowResults,
} from "../classify.ts";
import type { FileFormat } from "../formats/file-format.ts";
import { parseFile } from "../formats/parse-file.ts";
import { readingCount, type Recording, type Sensor } from "../formats/recording.ts";
import { isSignedWith } from "../formats/signature.ts";
import { resampleFor } from "../impulse-readings.ts";
import type { ImpulseDesign } from "../impulses.ts";
import { read, readAll, type SampleSource } from "./sample-source.ts";
import {
  designFor,
  trainBlocks,
  type TrainingInput,
  type TrainingOutput,
  type TrainingSample,
} from "./train-blocks.ts";

/** What a file says about itself, without its readings. */
export interface Inspection {
  readonly format: FileFormat;
  /** In hex. */
  readonly sha256: string;
  readonly deviceName: string | undefined;
  readonly deviceType: string;
  readonly intervalMs: number;
  readonly sensors: readonly Sensor[];
  readonly readingCount: number;
  readonly signatureMethod: string;
  readonly isSignatureValid: boolean;
}

/** Hears of a step. */
export type Report = (line: string) => void;

/** Looks at an uploaded file. @throws {RecordingError} when it is no recording. */
async function inspect({
  path,
  name,
  contentType,
  hmacKey,
}: {
  readonly path: string;
  readonly name: string;
  readonly contentType: string;
  readonly hmacKey: string;
}): Promise<Inspection> {
  const bytes = await readFile(path);
  const { format, recording } = parseFile(bytes, { name, contentType });
  const { deviceName, deviceType, intervalMs, sensors, signature } = recording;
  return {
    format,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    deviceName,
    deviceType,
    intervalMs,
    sensors,
    readingCount: readingCount(recording),
    signatureMethod: signature.method,
    isSignatureValid: isSignedWith(bytes, signature, hmacKey),
  };
}

/** Reads the part of a sample that counts, at the frequency of an impulse. @throws {ClassifyError} when it is too far off. */
async function readFor({
  source,
  input,
}: {
  readonly source: SampleSource;
  readonly input: ImpulseInput;
}): Promise<Recording> {
  return resampleFor(input, await read(source));
}

/** Parsing weights takes longer than classifying with them; the newest impulses stay parsed. */
const parsed = new Map<string, Impulse>();
const MOST_PARSED = 8;

function parseOnce(document: string): Impulse {
  const impulse = parsed.get(document) ?? parseImpulse(JSON.parse(document));
  parsed.delete(document);
  parsed.set(document, impulse);
  for (const oldest of parsed.keys()) {
    if (parsed.size <= MOST_PARSED) break;
    parsed.delete(oldest);
  }
  return impulse;
}

/** Slides an impulse's window over a sample. @throws {ClassifyError} when they do not go together. */
async function classify({
  source,
  document,
  variant,
}: {
  readonly source: SampleSource;
  /** The impulse document, as JSON. */
  readonly document: string;
  readonly variant: Variant;
}): Promise<WindowResults> {
  return classifyRecording(parseOnce(document), variant, await read(source));
}

/** Computes the features of each window of a sample. @throws {ClassifyError} when sample and design do not go together. */
async function features({
  source,
  design,
}: {
  readonly source: SampleSource;
  readonly design: FeatureDesign;
}): Promise<WindowFeatures> {
  return extractFeatures(design, await read(source));
}

/** Trains learn blocks, and says how it goes. @throws {TrainingError} when the samples do not suffice. */
async function train(input: TrainingInput, report: Report): Promise<TrainingOutput> {
  const training = trainBlocks(input, await readAll(input.samples.map(({ source }) => source)));
  for (let step = training.next(); ; step = training.next()) {
    if (step.done) return step.value;
    report(step.value);
    // Lets the report leave.
    await setImmediate();
  }
}

/** Picks a design from nothing but samples. @throws {TrainingError} when there is nothing to go by. */
async function design({
  name,
  samples,
}: {
  readonly name: string;
  readonly samples: readonly TrainingSample[];
}): Promise<ImpulseDesign> {
  return designFor(name, samples, await readAll(samples.map(({ source }) => source)));
}

export const tasks = { inspect, read, readFor, classify, features, design, train } as const;

export type TaskName = keyof typeof tasks;
export type TaskInput<K extends TaskName> = Parameters<(typeof tasks)[K]>[0];
export type TaskOutput<K extends TaskName> = Awaited<ReturnType<(typeof tasks)[K]>>;
