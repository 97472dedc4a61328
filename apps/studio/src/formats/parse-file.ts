import { parseCsv } from "./csv.ts";
import { parseDataAcquisition } from "./data-acquisition.ts";
import { detectFormat, type FileFormat, type FileHints } from "./file-format.ts";
import type { Recording } from "./recording.ts";
import { parseWav } from "./wav.ts";

/**
 * Reads a recording from a file of any format that the local Studio takes. Pure: any thread may call it.
 *
 * @throws {RecordingError} naming the first thing that is wrong.
 */
export function parseFile(bytes: Buffer, hints: FileHints): { format: FileFormat; recording: Recording } {
  const format = detectFormat(bytes, hints);
  return { format, recording: parseAs(format, bytes) };
}

/** Reads a recording whose format is known, such as one that is stored. */
export function parseAs(format: FileFormat, bytes: Buffer): Recording {
  switch (format) {
    case "json":
    case "cbor":
      return parseDataAcquisition(bytes, format);
    case "csv":
      return parseCsv(bytes);
    case "wav":
      return parseWav(bytes);
    default:
      return format satisfies never;
  }
}
