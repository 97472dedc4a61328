/**
 * `pnpm bench`: runs benches one after another and prints their rows.
 *
 * A bench is a file that exports a `Bench`, and a line in `BENCHES`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { parseArguments, UsageError } from "./arguments.ts";
import type { Bench } from "./bench.ts";
import { compareRatios, describeComparison } from "./compare.ts";
import { formatDocument, parseDocument, ratiosOf, withBench } from "./document.ts";
import { describeMachine, describeVersions } from "./machine.ts";
import { toRow, type Row } from "./rows.ts";
import { toTable } from "./table.ts";

const BENCHES: Readonly<Record<string, () => Promise<{ readonly bench: Bench }>>> = {
  engine: () => import("./engine/bench.ts"),
  live: () => import("./live/bench.ts"),
  plot: () => import("./plot/bench.ts"),
  sdk: () => import("./sdk/bench.ts"),
  studio: () => import("./studio/bench.ts"),
};

const DOCUMENT = path.resolve(import.meta.dirname, "../../docs/BENCHMARKS.md");

async function main(): Promise<number> {
  let wanted;
  try {
    wanted = parseArguments(process.argv.slice(2), Object.keys(BENCHES));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(error.message);
    return 2;
  }

  const { names, isJson, isQuick, isWritten, isCompared } = wanted;
  const machine = describeMachine();
  const peers = new Set<string>();
  const rows: Row[] = [];
  for (const [name, load] of Object.entries(BENCHES)) {
    if (!names.includes(name)) continue;
    const { bench } = await load();
    const figures = await bench.measure({ isQuick, log: (line) => process.stderr.write(`${name}: ${line}\n`) });
    const measured = figures.map((figure) => toRow(name, figure));
    rows.push(...measured);
    for (const peer of bench.peers) peers.add(peer);
    // At once: the next bench may take an hour, or fail.
    if (isWritten) {
      const circumstances = [new Date().toISOString().slice(0, 10), machine, describeVersions(bench.peers)];
      const document = withBench(
        parseDocument(readCommitted()),
        name,
        measured,
        `${circumstances.filter(Boolean).join("; ")}.`,
      );
      writeFileSync(DOCUMENT, formatDocument(document));
    }
  }

  if (isJson) {
    process.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
  } else {
    process.stdout.write(`\n${toTable(rows)}\n${machine}; ${describeVersions([...peers])}.\n`);
    process.stdout.write("Times are medians. A ratio is the peer's figure divided by ours: the larger, the better.\n");
  }
  if (!isCompared) return rows.every(({ ok }) => ok) ? 0 : 1;
  const comparison = compareRatios(rows, ratiosOf(parseDocument(readCommitted())));
  process.stderr.write(describeComparison(comparison));
  return comparison.comparedCount > 0 && comparison.falls.length === 0 ? 0 : 1;
}

/** The committed figures; none as long as nobody has written any. */
function readCommitted(): string {
  try {
    return readFileSync(DOCUMENT, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

process.exitCode = await main();
