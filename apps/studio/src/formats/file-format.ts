import { RecordingError } from "./recording.ts";

export type FileFormat = "json" | "cbor" | "csv" | "wav";

/** What the sender says about a file. */
export interface FileHints {
  readonly name: string;
  readonly contentType: string;
}

const PICTURES = "The local Studio has no image projects yet";

/**
 * Says what a file is. Its contents go first: boards and people name files as they like. Only tables have no mark of
 * their own, so for them the name or the content type decides.
 *
 * @throws {RecordingError} when the file is none that the local Studio takes.
 */
export function detectFormat(bytes: Buffer, { name, contentType }: FileHints): FileFormat {
  if (bytes.length === 0) throw new RecordingError(`${name} is empty.`);
  if (isPicture(bytes)) throw new RecordingError(`${PICTURES}: ${name} is an image or a video.`);
  if (textAt(bytes, 0, "RIFF") && textAt(bytes, 8, "WAVE")) return "wav";
  if (/^(?:\xEF\xBB\xBF)?\s*\{/.test(bytes.toString("latin1", 0, 100))) return "json";
  // CBOR's maps begin with 0xa0 to 0xbf, and its mark with 0xd9d9f7.
  if (((bytes[0] as number) & 0xe0) === 0xa0 || textAt(bytes, 0, "\xd9\xd9\xf7")) return "cbor";
  const hinted = formatFromHints(name, contentType);
  if (hinted) return hinted;
  throw new RecordingError(`${name} is no recording that the local Studio takes: JSON, CBOR, CSV, TXT or WAV.`);
}

function isPicture(bytes: Buffer): boolean {
  return (
    textAt(bytes, 0, "\x89PNG") ||
    textAt(bytes, 0, "\xff\xd8\xff") ||
    textAt(bytes, 0, "GIF8") ||
    textAt(bytes, 4, "ftyp") ||
    (textAt(bytes, 0, "RIFF") && (textAt(bytes, 8, "AVI ") || textAt(bytes, 8, "WEBP")))
  );
}

function formatFromHints(name: string, contentType: string): FileFormat | undefined {
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  if (/^(?:jpe?g|png|gif|webp|bmp|mp4|avi|mov|webm)$/.test(ending) || /^(?:image|video)\//i.test(contentType)) {
    throw new RecordingError(`${PICTURES}: ${name} is an image or a video.`);
  }
  if (ending === "json" || ending === "cbor" || ending === "csv" || ending === "wav") return ending;
  if (ending === "txt") return "csv";
  const type = /^[^;]*/.exec(contentType)?.[0]?.trim().toLowerCase();
  if (type === "text/csv") return "csv";
  if (type === "application/json") return "json";
  if (type === "application/cbor") return "cbor";
  if (type === "audio/wav" || type === "audio/x-wav") return "wav";
  return undefined;
}

function textAt(bytes: Buffer, at: number, text: string): boolean {
  return bytes.toString("latin1", at, at + text.length) === text;
}
