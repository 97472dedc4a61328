/**
 * Files that say something about the other files of an upload. They are told apart from recordings by their names.
 */
import { RecordingError } from "./recording.ts";
import { parseStructuredLabels, type LabelSpan } from "./structured-labels.ts";

/** Side files of Studio, and the reason why the local one has no use for it. */
const UNUSED: Readonly<Record<string, string>> = {
  "bounding_boxes.labels": "The local Studio has no image projects yet, so bounding boxes are not taken.",
  "label_map.labels":
    "The local Studio keeps one label or structured labels for a sample, so label maps are not taken.",
  "attachments.labels": "The local Studio keeps no attachments.",
};

export function isSideFile(name: string): boolean {
  return name.endsWith(".labels");
}

/**
 * Reads a side file: the spans for each file name.
 *
 * @throws {RecordingError} when it is broken, or is one that the local Studio has no use for.
 */
export function parseSideFile(name: string, bytes: Buffer): Map<string, readonly LabelSpan[]> {
  const reason = Object.hasOwn(UNUSED, name) ? UNUSED[name] : undefined;
  if (reason !== undefined) throw new RecordingError(reason);
  if (name !== "structured_labels.labels") {
    throw new RecordingError(`${name} is no side file that the local Studio knows; it takes structured_labels.labels.`);
  }
  return parseStructuredLabels(parseLabels(name, bytes));
}

/** The JSON of a `.labels` file, with its version checked. */
export function parseLabels(name: string, bytes: Buffer): Record<string, unknown> {
  let document: unknown;
  try {
    document = JSON.parse(bytes.toString("utf8").replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new RecordingError(`${name} has to be JSON: ${cause instanceof Error ? cause.message : ""}`, { cause });
  }
  const isObject = typeof document === "object" && document !== null && !Array.isArray(document);
  if (!isObject) throw new RecordingError(`${name} has to be an object.`);
  const labels = document as Record<string, unknown>;
  if (labels.version !== 1) throw new RecordingError(`${name} has to have version 1.`);
  return labels;
}
