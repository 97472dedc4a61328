import { parseDataAcquisition } from "./data-acquisition.ts";
import { RecordingError, type Recording } from "./recording.ts";

export type FileFormat = "json" | "cbor";

/** Which format a file has. */
export function detectFormat(bytes: Buffer, { name, contentType }: { name: string; contentType: string }): FileFormat {
  const isJson = bytes.subarray(0, 100).toString("latin1").trimStart().startsWith("{");
  const isCbor = ((bytes[0] ?? 0) & 0xe0) === 0xa0;
  if (isJson) return "json";
  if (isCbor || contentType.includes("cbor") || name.toLowerCase().endsWith(".cbor")) return "cbor";
  throw new RecordingError(`${name} is neither JSON nor CBOR in the data acquisition format.`);
}

export function parseFormat(bytes: Buffer, format: FileFormat): Recording {
  return parseDataAcquisition(bytes, format);
}
