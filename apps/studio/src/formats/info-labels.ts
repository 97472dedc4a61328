/**
 * `info.labels`: what an exported folder says about each of its files.
 */
import { RecordingError } from "./recording.ts";
import { parseLabels } from "./side-file.ts";
import { readSpans, type LabelSpan } from "./structured-labels.ts";

/** A file of an exported folder. */
export interface ExportedFile {
  /** From the folder with `info.labels`. Never leads out of it. */
  readonly path: string;
  /** Name of the sample. */
  readonly name: string;
  readonly category: string;
  readonly label: ExportedLabel;
  readonly metadata: Readonly<Record<string, string>> | undefined;
}

export type ExportedLabel =
  | { readonly type: "label"; readonly label: string }
  | { readonly type: "multi-label"; readonly labels: readonly LabelSpan[] }
  | { readonly type: "unlabeled" };

/** @throws {RecordingError} naming the first file that is wrong. */
export function parseInfoLabels(bytes: Buffer): ExportedFile[] {
  const { files } = parseLabels("info.labels", bytes);
  if (!Array.isArray(files)) throw new RecordingError("info.labels has to have files, an array.");
  return files.map((item: unknown, i) => {
    const file = asObject(item, i);
    const { path, name, category } = file;
    if (typeof path !== "string" || typeof name !== "string" || typeof category !== "string") {
      throw new RecordingError(`info.labels: file ${i} needs the texts path, name and category.`);
    }
    if (leadsOut(path)) throw new RecordingError(`info.labels: file ${i} is outside of the folder: ${path}`);
    return { path, name, category, label: readLabel(file.label, i, path), metadata: readMetadata(file.metadata, i) };
  });
}

function leadsOut(path: string): boolean {
  return path === "" || path.includes("\0") || /^[/\\]|^[a-z]:/i.test(path) || path.split(/[/\\]/).includes("..");
}

function readLabel(value: unknown, i: number, path: string): ExportedLabel {
  const { type, label, labels } = asObject(value, i);
  if (type === "label" && typeof label === "string") return { type, label };
  if (type === "multi-label") return { type, labels: readSpans(labels, path) };
  if (type === "unlabeled") return { type };
  throw new RecordingError(`info.labels: the label of file ${i} has to be a label, multi-label or unlabeled.`);
}

function readMetadata(value: unknown, i: number): Record<string, string> | undefined {
  if (value === undefined) return undefined;
  const entries = Object.entries(asObject(value, i));
  if (entries.every((entry): entry is [string, string] => typeof entry[1] === "string")) {
    return Object.fromEntries(entries);
  }
  throw new RecordingError(`info.labels: the metadata of file ${i} have to be texts.`);
}

function asObject(value: unknown, i: number): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new RecordingError(`info.labels: file ${i} has to be an object.`);
}
