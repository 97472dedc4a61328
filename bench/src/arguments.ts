import { parseArgs } from "node:util";

/** What was typed behind `pnpm bench`. */
export interface BenchArguments {
  /** Which benches to run. */
  readonly names: readonly string[];
  /** Whether to print rows for a program rather than a table for people. */
  readonly isJson: boolean;
  /** Whether a rough figure soon is better than a good one later. */
  readonly isQuick: boolean;
}

/** What was typed makes no sense. The message says what would. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * Reads the command line.
 *
 * @param known The names of the benches there are; all of them run when none is named.
 * @throws {UsageError} when an option or a name is unknown.
 */
export function parseArguments(args: readonly string[], known: readonly string[]): BenchArguments {
  const usage = `pnpm bench [${known.join("|")}] [--json] [--quick]

Measures side by side with what others use. Exits with 1 when a row misses its goal.
--json prints the rows as a JSON array and nothing else on stdout.
--quick takes fewer and shorter samples, and leaves out what takes long.
`;
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: "boolean", default: false }, quick: { type: "boolean", default: false } },
    });
  } catch (cause) {
    throw new UsageError(`${cause instanceof Error ? cause.message : String(cause)}\n\n${usage}`, { cause });
  }
  const { positionals, values } = parsed;
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new UsageError(`There is no bench ${unknown}.\n\n${usage}`);
  return { names: positionals.length > 0 ? positionals : known, isJson: values.json, isQuick: values.quick };
}
