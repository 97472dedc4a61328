import { readFile, stat } from "node:fs/promises";

import { importImpulse } from "../impulse-file.ts";
import { alignTable } from "./aligned-table.ts";
import { planImport, type ImportWishes, type LeftOut } from "./plan-import.ts";
import { ProgramError } from "./program-error.ts";
import { startProgress } from "./progress.ts";
import type { ProjectAnswer, StudioConnection } from "./studio-connection.ts";
import { uploadFiles } from "./upload-files.ts";

/** More than this is no impulse document. */
const LARGEST_DOCUMENT_BYTES = 64 * 1024 * 1024;
/** So many files that were left out are named; the others are counted. */
const MOST_NAMED = 50;

/**
 * Imports an impulse document, a recording, or a folder of recordings.
 *
 * @param print Told what became of it, a line each.
 * @throws {ProgramError} when nothing was imported that should have been.
 */
export async function importPath(
  studio: StudioConnection,
  file: string,
  wishes: ImportWishes,
  { print, signal }: { readonly print: (line: string) => void; readonly signal: AbortSignal },
): Promise<void> {
  if (await isImpulseDocument(file)) {
    print(await importImpulse(file, studio));
    return;
  }
  const plan = await planImport(file, wishes);
  const { uploads } = plan;
  if (uploads.length === 0 && plan.leftOut.length === 0) throw new ProgramError(`There is no file in ${file}.`);

  const { ingestionUrl } = await studio.readProject();
  const leftOut: LeftOut[] = [...plan.leftOut];
  let [done, taken, duplicates] = [0, 0, 0];
  const progress = startProgress("files", uploads.length);
  try {
    await uploadFiles(uploads, { ingestionUrl, apiKey: studio.apiKey, signal }, (upload, outcome) => {
      if (outcome.type === "taken") taken++;
      else if (outcome.type === "duplicate") duplicates++;
      else leftOut.push({ path: upload.path, reason: outcome.reason });
      progress.update(++done);
    });
  } finally {
    progress.stop();
  }

  for (const { path, reason } of leftOut.slice(0, MOST_NAMED)) print(`left out: ${path}: ${reason}`);
  if (leftOut.length > MOST_NAMED) print(`left out: ${leftOut.length - MOST_NAMED} more`);
  print(
    `${taken} of ${uploads.length + plan.leftOut.length} files imported, ` +
      `${duplicates} were there already, ${leftOut.length} left out.`,
  );
  printSamples(await studio.readProject(), print);
  if (taken + duplicates === 0) throw new ProgramError("Nothing was imported; the lines above say why.");
}

/** What the project holds, by label and category. */
function printSamples({ name, samples }: ProjectAnswer, print: (line: string) => void): void {
  const categories = ["training", "testing", "validation", "post-processing"].filter(
    (category) => category.startsWith("t") || samples.some((each) => each.category === category),
  );
  const labels = [...new Set(samples.map(({ label }) => label))];
  const count = (category: string, label?: string) =>
    samples
      .filter((each) => each.category === category && (label === undefined || each.label === label))
      .reduce((sum, each) => sum + each.count, 0);
  print(`\nThe project "${name}" now has`);
  const rows = [
    ["label", ...categories],
    ...labels.map((label) => [label || "(no label)", ...categories.map((category) => count(category, label))]),
    ["all", ...categories.map((category) => count(category))],
  ];
  for (const line of alignTable(rows)) print(line);
}

async function isImpulseDocument(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile() || found.size > LARGEST_DOCUMENT_BYTES) return false;
  const text = await readFile(file, "utf8");
  if (!text.includes('"windowscope-impulse"')) return false;
  try {
    return (JSON.parse(text) as { format?: unknown } | null)?.format === "windowscope-impulse";
  } catch {
    return false;
  }
}
