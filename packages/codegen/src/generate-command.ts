import { parseArgs } from "node:util";

import { generate, OUTPUTS, type Output } from "./generate.ts";
import type { Terminal } from "./terminal.ts";
import { parseUsage, UsageError } from "./usage-error.ts";

export const GENERATE_USAGE = `windowscope-codegen DOCUMENT --out FOLDER [options]

Writes TypeScript types, an operation table and validators of answers and of requests for an OpenAPI 3 document.
DOCUMENT is YAML or JSON, a file or an address.

  --only types|operations|validators|requests   writes just that; may be repeated
  --tag TAG, --operation ID                     only these operations and what they reach; may be repeated
  --overlay FILE                                changes the document first, by an OpenAPI Overlay 1.0; may be repeated
  --check                                       writes nothing and exits with 1 when a generated file is stale
`;

/** `windowscope-codegen DOCUMENT --out FOLDER`. Answers the exit status. */
export async function generateCommand(words: readonly string[], terminal: Terminal): Promise<number> {
  const { positionals, values } = parseUsage(() =>
    parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        out: { type: "string" },
        only: { type: "string", multiple: true },
        tag: { type: "string", multiple: true },
        operation: { type: "string", multiple: true },
        overlay: { type: "string", multiple: true },
        check: { type: "boolean", default: false },
      },
    }),
  );
  const [document, ...more] = positionals;
  if (document === undefined || more.length > 0) throw new UsageError("Name one document.");
  if (values.out === undefined) throw new UsageError("Name a folder with --out.");

  const { files, repairs } = await generate({
    document,
    outFolder: values.out,
    outputs: parseOutputs(values.only),
    overlays: values.overlay ?? [],
    selection: { tags: values.tag ?? [], operationIds: values.operation ?? [] },
    check: values.check,
  });
  for (const { at, what } of repairs) terminal.out(`repaired ${at}: ${what}\n`);
  for (const { file, outcome } of files) terminal.out(`${outcome.padEnd(9)} ${file}\n`);
  const stale = files.filter(({ outcome }) => outcome === "stale").map(({ file }) => file);
  if (stale.length === 0) return 0;
  terminal.error(`Stale: ${stale.join(", ")}. Run the same command without --check.\n`);
  return 1;
}

function parseOutputs(only: readonly string[] | undefined): readonly Output[] {
  const known = Object.keys(OUTPUTS) as Output[];
  const unknown = only?.find((name) => !known.some((output) => output === name));
  if (unknown !== undefined) throw new UsageError(`--only takes ${known.join(", ")}, not ${unknown}.`);
  return known.filter((output) => only === undefined || only.includes(output));
}
