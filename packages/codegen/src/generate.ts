import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { arrange } from "./arrange.ts";
import { checkReferences } from "./check-references.ts";
import { emitOperations } from "./emit-operations.ts";
import { emitRequestValidators } from "./emit-request-validators.ts";
import { emitTypes } from "./emit-types.ts";
import { emitValidators } from "./emit-validators.ts";
import { sourceStem } from "./generated-header.ts";
import { normalise } from "./normalise.ts";
import { OpenApiDocumentError, type OpenApiDocument, type Repair } from "./openapi-document.ts";
import { applyOverlay } from "./overlay.ts";
import { checkOpenApi, parseText, readDocument, readText } from "./read-document.ts";
import { refuseCycles } from "./refuse-cycles.ts";
import { select, type Selection } from "./select.ts";

/** What became of one generated file. */
export interface GeneratedFile {
  /** Path: the folder asked for, and a name made of the document's. */
  readonly file: string;
  /** `stale`: its content would change, and nothing was to be written. */
  readonly outcome: "unchanged" | "written" | "stale";
}

/** What can be generated. */
export type Output = "types" | "operations" | "validators" | "requests";

export const OUTPUTS: Readonly<
  Record<Output, { suffix: string; emit: (document: OpenApiDocument, source: string) => string | Promise<string> }>
> = {
  types: { suffix: "", emit: emitTypes },
  operations: { suffix: "-operations", emit: emitOperations },
  validators: { suffix: "-validators", emit: emitValidators },
  requests: { suffix: "-requests", emit: emitRequestValidators },
};

/** The document as it is generated from, and what had to be done to it. */
export interface PreparedDocument {
  readonly document: OpenApiDocument;
  readonly repairs: readonly Repair[];
}

/**
 * Generates TypeScript from a document: read, normalise, overlay, select, emit.
 *
 * Writes only files whose content changes, so that nothing downstream is built again for nothing.
 *
 * @param options `document`: file or address. `check`: write nothing, and call a file that would change `stale`.
 * @throws {OpenApiDocumentError} when the document or an overlay cannot be used; then no file was written.
 */
export async function generate(options: {
  readonly document: string;
  readonly overlays?: readonly string[];
  readonly selection?: Selection;
  readonly outFolder: string;
  readonly outputs: readonly Output[];
  readonly check: boolean;
}): Promise<{ files: readonly GeneratedFile[]; repairs: readonly Repair[] }> {
  const { document, repairs } = await prepare(options.document, options.overlays, options.selection);
  const contents = new Map<string, string>();
  for (const output of options.outputs) {
    const { suffix, emit } = OUTPUTS[output];
    const file = path.join(options.outFolder, `${sourceStem(options.document)}${suffix}.gen.ts`);
    contents.set(file, await naming(options.document, () => emit(document, options.document)));
  }
  // Only now: files of which a part is new would not fit together.
  const files: GeneratedFile[] = [];
  for (const [file, content] of contents) files.push({ file, outcome: await update(file, content, options.check) });
  return { files, repairs };
}

/**
 * Every step before emitting: read, normalise, overlay, select, arrange, and a look at every reference.
 *
 * @param source File or address of the document.
 * @param overlays Files or addresses, applied in this order.
 * @throws {OpenApiDocumentError} when the document or an overlay cannot be used.
 */
export async function prepare(
  source: string,
  overlays: readonly string[] = [],
  selection: Selection = {},
): Promise<PreparedDocument> {
  const read = await readDocument(source);
  const normalised = await naming(source, () => normalise(read.document));
  const repairs = [...read.repairs, ...normalised.repairs];
  let { document } = normalised;
  for (const overlay of overlays) {
    const text = await readText(overlay);
    const result = await naming(overlay, () => {
      const parsed = parseText(text, overlay);
      refuseCycles(parsed, overlay);
      return applyOverlay(document, parsed);
    });
    document = checkOpenApi(result.document, overlay);
    repairs.push(...result.applied);
  }
  const selected = await naming(source, () => {
    const left = select(document, selection);
    checkReferences(left);
    return arrange(left);
  });
  return { document: selected, repairs };
}

/** The steps do not know where the document came from; their errors should. */
async function naming<T>(source: string, step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw error instanceof OpenApiDocumentError ? error.from(source) : error;
  }
}

async function update(file: string, content: string, check: boolean): Promise<GeneratedFile["outcome"]> {
  const before = await readFile(file, "utf8").catch(() => undefined);
  if (before === content) return "unchanged";
  if (check) return "stale";
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
  return "written";
}
