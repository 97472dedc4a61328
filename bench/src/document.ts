/**
 * `docs/BENCHMARKS.md`: the figures that are committed, and what later ones are compared with.
 *
 * One table, the rows of a bench together; below it for each bench when, where and against which versions it was
 * measured. What is read from it is written again as it was.
 */
import type { Row } from "./rows.ts";
import { alignTable, COLUMNS, toCells, type Cells } from "./table.ts";

/** What the document says of one bench. */
export interface Measured {
  readonly rows: readonly Cells[];
  /** Day, machine and versions, in a line. */
  readonly circumstances: string;
}

/** Benches by name. */
export type BenchDocument = ReadonlyMap<string, Measured>;

/** A ratio as the document has it, with three digits. */
export interface CommittedRatio {
  readonly bench: string;
  readonly row: string;
  readonly ratio: number;
}

const INTRODUCTION = `# Benchmarks

Written by \`pnpm bench --write\`; [CONTRIBUTING.md](../CONTRIBUTING.md#benchmarks) says what each bench measures, and how.
Times are medians. A ratio is the peer's figure divided by ours: the larger, the better. Figures of different machines or
days do not compare, ratios do: \`pnpm bench --quick --compare\` fails when one has fallen by more than a third.
`;

/** Reads the document's text; one that is empty or has no table has no benches. */
export function parseDocument(text: string): BenchDocument {
  const rows = text
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) =>
      line
        .slice(2, -2)
        .split(" | ")
        .map((cell) => cell.trim()),
    )
    .filter(([bench = ""]) => bench !== COLUMNS[0] && !bench.startsWith("---"));
  const circumstances = new Map([...text.matchAll(/^- \*\*(\S+)\*\*: (.*)$/gm)].map(([, name, line]) => [name, line]));
  const names = [...new Set(rows.map(([bench = ""]) => bench))];
  return new Map(
    names.map((name) => [
      name,
      { rows: rows.filter(([bench]) => bench === name), circumstances: circumstances.get(name) ?? "" },
    ]),
  );
}

/** The document with a bench's new figures in the place of its old ones; benches are in the order of their names. */
export function withBench(
  document: BenchDocument,
  name: string,
  rows: readonly Row[],
  circumstances: string,
): BenchDocument {
  const measured = new Map(document).set(name, { rows: rows.map(toCells), circumstances });
  return new Map([...measured].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** The document's text. */
export function formatDocument(document: BenchDocument): string {
  const table = alignTable([...document.values()].flatMap(({ rows }) => rows));
  const notes = [...document].map(([name, { circumstances }]) => `- **${name}**: ${circumstances}\n`);
  return [INTRODUCTION, table, notes.join("")].join("\n");
}

/** Every ratio that the document has. */
export function ratiosOf(document: BenchDocument): readonly CommittedRatio[] {
  return [...document.values()].flatMap(({ rows }) =>
    rows.flatMap(([bench = "", row = "", , ratio = ""]) =>
      ratio.endsWith("×") ? [{ bench, row, ratio: Number(ratio.slice(0, -1)) }] : [],
    ),
  );
}
