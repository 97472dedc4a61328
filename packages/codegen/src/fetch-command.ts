import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";

import { parseOpenApi, readText } from "./read-document.ts";
import type { Terminal } from "./terminal.ts";
import { parseUsage, UsageError } from "./usage-error.ts";

export const FETCH_USAGE = `windowscope-codegen fetch DOCUMENT FILE

Keeps a copy of an OpenAPI 3 document, a file or an address, as it is. FILE is written only when it differs, and never
with something that is no OpenAPI 3 document, is larger than 50 MB or does not come within 30 s.
`;

/** `windowscope-codegen fetch DOCUMENT FILE`. Answers the exit status. */
export async function fetchCommand(words: readonly string[], terminal: Terminal): Promise<number> {
  const { positionals } = parseUsage(() => parseArgs({ args: [...words], allowPositionals: true, options: {} }));
  const [source, file, ...more] = positionals;
  if (source === undefined || file === undefined || more.length > 0)
    throw new UsageError("Name a document and a file.");

  const text = await readText(source);
  parseOpenApi(text, source);
  if ((await readFile(file, "utf8").catch(() => undefined)) === text) {
    terminal.out(`unchanged ${file}\n`);
    return 0;
  }
  await mkdir(path.dirname(file), { recursive: true });
  // Half a document would be taken for one.
  await writeFile(`${file}.part`, text);
  await rename(`${file}.part`, file);
  terminal.out(`written   ${file}\n`);
  return 0;
}
