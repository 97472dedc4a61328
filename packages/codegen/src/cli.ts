import { parseArgs } from "node:util";

import { generate } from "./generate.ts";
import { OpenApiDocumentError } from "./read-document.ts";

const USAGE = `windowscope-codegen DOCUMENT --out FOLDER [--only types|operations] [--check]

Writes TypeScript types and an operation table for an OpenAPI 3 document (YAML or JSON).
--only writes just one of the two.
--check writes nothing and exits with 1 when a generated file is stale.
`;

async function main(): Promise<number> {
  let options;
  try {
    options = parseArgs({
      allowPositionals: true,
      options: { out: { type: "string" }, only: { type: "string" }, check: { type: "boolean", default: false } },
    });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  const [document] = options.positionals;
  const { out, only, check } = options.values;
  const outputs = (["types", "operations"] as const).filter((output) => only === undefined || only === output);
  if (document === undefined || out === undefined || outputs.length === 0) {
    process.stderr.write(USAGE);
    return 2;
  }

  try {
    const { files, repairs } = await generate({ document, outFolder: out, outputs, check });
    for (const { at, what } of repairs) process.stdout.write(`repaired ${at}: ${what}\n`);
    for (const { file, outcome } of files) process.stdout.write(`${outcome.padEnd(9)} ${file}\n`);
    const isStale = files.some(({ outcome }) => outcome === "stale");
    if (isStale) process.stderr.write("Generated files are stale. Run: pnpm generate\n");
    return isStale ? 1 : 0;
  } catch (error) {
    if (!(error instanceof OpenApiDocumentError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

process.exitCode = await main();
