import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";

import { isCategory } from "../category.ts";
import { parseInfoLabels, type ExportedFile } from "../formats/info-labels.ts";
import { isSideFile, parseSideFile } from "../formats/side-file.ts";
import type { LabelSpan } from "../formats/structured-labels.ts";
import { ProgramError } from "./program-error.ts";

/** Where ingestion may put a file; `split` leaves it to the file's contents. */
export type ImportCategory = "training" | "testing" | "split" | "validation" | "post-processing";

/** A file that is going to be uploaded. */
export interface PlannedUpload {
  readonly path: string;
  /** Name under which it is sent. */
  readonly name: string;
  readonly category: ImportCategory;
  readonly label: PlannedLabel;
  readonly metadata: Readonly<Record<string, string>> | undefined;
}

export type PlannedLabel =
  /** Ingestion finds it in the name. */
  | { readonly type: "from-name" }
  | { readonly type: "label"; readonly label: string }
  | { readonly type: "multi-label"; readonly labels: readonly LabelSpan[] }
  | { readonly type: "unlabeled" };

export interface LeftOut {
  readonly path: string;
  readonly reason: string;
}

export interface ImportPlan {
  readonly uploads: readonly PlannedUpload[];
  readonly leftOut: readonly LeftOut[];
}

export interface ImportWishes {
  /** Instead of what folders say. */
  readonly category?: ImportCategory | undefined;
  /** Instead of what side files and names say. */
  readonly label?: string | undefined;
}

/** Ingestion takes no larger file. */
const LARGEST_FILE_BYTES = 100 * 1024 * 1024;
const INFO_LABELS = "info.labels";
const STRUCTURED_LABELS = "structured_labels.labels";

/**
 * Looks through a folder, or at one file, and says what is to be uploaded and how.
 *
 * A file's category is what `info.labels` says, or the nearest folder named training or testing, or else `split`. Its
 * label is what `info.labels` or `structured_labels.labels` says, or else what its name begins with. Hidden files are
 * passed over. Whether a file is a recording at all is for ingestion to say, which looks at its contents.
 *
 * @throws {ProgramError} when there is no file or folder at the path, or a side file is broken.
 */
export async function planImport(root: string, wishes: ImportWishes = {}): Promise<ImportPlan> {
  const start = path.resolve(root);
  const found = await stat(start).catch((cause: unknown) => {
    throw new ProgramError(`There is no file or folder ${root}. Check the path.`, { cause });
  });
  // The folder that is imported has a say by its name; where somebody keeps it has none.
  const outside = path.dirname(found.isDirectory() ? start : path.dirname(start));
  const uploads: PlannedUpload[] = [];
  const leftOut: LeftOut[] = [];
  /** What every `info.labels` on the way says, by path. */
  const exported = new Map<string, ExportedFile>();

  if (found.isDirectory()) await visit(start);
  else if (found.isFile()) await plan(start, undefined);
  else throw new ProgramError(`${root} is neither a file nor a folder.`);
  const planned = new Set(uploads.map((upload) => upload.path));
  const isLeftOut = new Set(leftOut.map((file) => file.path));
  for (const file of exported.keys()) {
    if (planned.has(file) || isLeftOut.has(file)) continue;
    leftOut.push({ path: file, reason: `${INFO_LABELS} names it, and it is not there or hidden.` });
  }
  return { uploads, leftOut };

  async function visit(folder: string): Promise<void> {
    const found = await readdir(folder, { withFileTypes: true }).catch((error: Error) => error);
    if (found instanceof Error) {
      leftOut.push({ path: folder, reason: found.message });
      return;
    }
    const entries = found.filter(({ name }) => !name.startsWith("."));
    entries.sort((a, b) => a.name.localeCompare(b.name, "en"));
    const sideFiles = entries.filter((entry) => entry.isFile() && isSideFile(entry.name));
    let spans: ReadonlyMap<string, readonly LabelSpan[]> = new Map();
    for (const { name } of sideFiles) {
      const file = path.join(folder, name);
      if (name === INFO_LABELS) {
        for (const about of await readSideFile(file, parseInfoLabels))
          exported.set(path.join(folder, about.path), about);
      } else if (name === STRUCTURED_LABELS) {
        spans = await readSideFile(file, (bytes) => parseSideFile(name, bytes));
      } else {
        leftOut.push({ path: file, reason: "The local Studio has no use for this side file." });
      }
    }
    for (const entry of entries) {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) await visit(file);
      else if (!entry.isFile()) leftOut.push({ path: file, reason: "It is no plain file; links are not followed." });
      else if (!isSideFile(entry.name)) await plan(file, spans.get(entry.name));
    }
  }

  async function plan(file: string, spans: readonly LabelSpan[] | undefined): Promise<void> {
    const size = (await stat(file).catch(() => undefined))?.size;
    if (size === undefined) {
      leftOut.push({ path: file, reason: "It is not there any more." });
      return;
    }
    if (size > LARGEST_FILE_BYTES) {
      leftOut.push({ path: file, reason: `It has ${size} bytes; a file may have ${LARGEST_FILE_BYTES}.` });
      return;
    }
    const about = exported.get(file);
    const fromSides = about?.label ?? (spans ? { type: "multi-label", labels: spans } : { type: "from-name" });
    uploads.push({
      path: file,
      name: about?.name ?? path.basename(file),
      category: wishes.category ?? categoryOf(about) ?? folderCategory(path.relative(outside, file)) ?? "split",
      label: wishes.label === undefined ? fromSides : { type: "label", label: wishes.label },
      metadata: about?.metadata,
    });
  }
}

async function readSideFile<T>(file: string, parse: (bytes: Buffer) => T): Promise<T> {
  try {
    return parse(await readFile(file));
  } catch (cause) {
    throw new ProgramError(`${file} cannot be used, so nothing is imported. ${(cause as Error).message}`, { cause });
  }
}

function categoryOf(about: ExportedFile | undefined): ImportCategory | undefined {
  return isCategory(about?.category) ? about.category : undefined;
}

/** The nearest folder with such a name decides. */
function folderCategory(file: string): ImportCategory | undefined {
  const folders = path.dirname(file).split(path.sep);
  return folders.findLast((folder): folder is "training" | "testing" => folder === "training" || folder === "testing");
}
