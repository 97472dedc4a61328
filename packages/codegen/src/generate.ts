import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { emitOperations, emitTypes } from "./emit.ts";
import { normalise, type Repair } from "./normalise.ts";
import { readDocument } from "./read-document.ts";

/** What became of one generated file. */
export interface GeneratedFile {
  readonly file: string;
  readonly outcome: "unchanged" | "written" | "stale";
}

/** What can be generated: `<name>.gen.ts` with types, `<name>-operations.gen.ts` with the operation table. */
export type Output = "types" | "operations";

/**
 * Generates TypeScript from a document.
 *
 * Writes only files whose content changes, so that nothing downstream is built again for nothing.
 *
 * @param options `check`: write nothing, and call a file that would change `stale`.
 */
export async function generate(options: {
  readonly document: string;
  readonly outFolder: string;
  readonly outputs: readonly Output[];
  readonly check: boolean;
}): Promise<{ files: readonly GeneratedFile[]; repairs: readonly Repair[] }> {
  const name = path.basename(options.document);
  const stem = name.replace(/\.[^.]+$/, "");
  const { document, repairs } = normalise(await readDocument(options.document));
  const contents = {
    ...(options.outputs.includes("types") && { [`${stem}.gen.ts`]: await emitTypes(document, name) }),
    ...(options.outputs.includes("operations") && { [`${stem}-operations.gen.ts`]: emitOperations(document, name) }),
  };

  const files: GeneratedFile[] = [];
  for (const [basename, content] of Object.entries(contents)) {
    const file = path.join(options.outFolder, basename);
    const before = await readFile(file, "utf8").catch(() => undefined);
    if (before === content) {
      files.push({ file, outcome: "unchanged" });
    } else if (options.check) {
      files.push({ file, outcome: "stale" });
    } else {
      await mkdir(options.outFolder, { recursive: true });
      await writeFile(file, content);
      files.push({ file, outcome: "written" });
    }
  }
  return { files, repairs };
}
