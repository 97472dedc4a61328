import { parseArgs } from "node:util";

/** What was typed behind `pnpm bench`. */
export interface BenchArguments {
  /** Which benches to run. */
  readonly names: readonly string[];
  /** Whether to print rows for a program rather than a table for people. */
  readonly isJson: boolean;
  /** Whether a rough figure soon is better than a good one later. */
  readonly isQuick: boolean;
  /** Whether the figures go into docs/BENCHMARKS.md. */
  readonly isWritten: boolean;
  /** Whether ratios are compared with those in docs/BENCHMARKS.md, which then decide, and not the goals. */
  readonly isCompared: boolean;
}

/** What was typed makes no sense. The message says what would. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * Reads the command line.
 *
 * @param known The names of the benches there are; all of them run when none is named.
 * @throws {UsageError} when an option or a name is unknown, or options contradict each other.
 */
export function parseArguments(args: readonly string[], known: readonly string[]): BenchArguments {
  const usage = `pnpm bench [${known.join("|")}] [--json] [--quick] [--write | --compare]

Measures side by side with what others use. Exits with 1 when a row misses its goal.
--json prints the rows as a JSON array and nothing else on stdout.
--quick takes fewer and shorter samples, and leaves out what takes long.
--write puts the figures into docs/BENCHMARKS.md, in the place of those of the same benches.
--compare exits with 1 when a ratio has fallen by more than a third against docs/BENCHMARKS.md, whatever the goals say.
`;
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: "boolean", default: false },
        quick: { type: "boolean", default: false },
        write: { type: "boolean", default: false },
        compare: { type: "boolean", default: false },
      },
    });
  } catch (cause) {
    throw new UsageError(`${cause instanceof Error ? cause.message : String(cause)}\n\n${usage}`, { cause });
  }
  const { positionals, values } = parsed;
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new UsageError(`There is no bench ${unknown}.\n\n${usage}`);
  if (values.write && values.quick) throw new UsageError(`Rough figures are not written down.\n\n${usage}`);
  if (values.write && values.compare) throw new UsageError(`Either write figures or compare with them.\n\n${usage}`);
  return {
    names: positionals.length > 0 ? positionals : known,
    isJson: values.json,
    isQuick: values.quick,
    isWritten: values.write,
    isCompared: values.compare,
  };
}
