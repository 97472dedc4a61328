import { readFile } from "node:fs/promises";

import type { FileFormat } from "../formats/file-format.ts";
import { parseAs } from "../formats/parse-file.ts";
import { readingCount, sliceReadings, type Recording } from "../formats/recording.ts";

/** Where the readings of a sample are. */
export interface SampleSource {
  readonly path: string;
  readonly format: FileFormat;
  readonly cropStart: number;
  readonly valuesCount: number;
}

/** Reads the part of a sample that counts. */
export async function read({ path, format, cropStart, valuesCount }: SampleSource): Promise<Recording> {
  const recording = parseAs(format, await readFile(path));
  const isWhole = cropStart === 0 && valuesCount === readingCount(recording);
  return isWhole ? recording : sliceReadings(recording, cropStart, cropStart + valuesCount);
}

/** Reads samples, one after another: a training set has more files than a process may have open. */
export async function readAll(sources: readonly SampleSource[]): Promise<Recording[]> {
  const recordings: Recording[] = [];
  for (const source of sources) recordings.push(await read(source));
  return recordings;
}
