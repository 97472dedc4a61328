/**
 * `pnpm bench`: runs benches one after another and prints their rows.
 *
 * A bench is a file that exports a `Bench`, and a line in `BENCHES`.
 */
import { parseArguments, UsageError } from "./arguments.ts";
import type { Bench } from "./bench.ts";
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

async function main(): Promise<number> {
  let wanted;
  try {
    wanted = parseArguments(process.argv.slice(2), Object.keys(BENCHES));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(error.message);
    return 2;
  }

  const { names, isJson, isQuick } = wanted;
  const machine = describeMachine();
  const peers = new Set<string>();
  const rows: Row[] = [];
  for (const [name, load] of Object.entries(BENCHES)) {
    if (!names.includes(name)) continue;
    const { bench } = await load();
    const figures = await bench.measure({ isQuick, log: (line) => process.stderr.write(`${name}: ${line}\n`) });
    rows.push(...figures.map((figure) => toRow(name, figure)));
    for (const peer of bench.peers) peers.add(peer);
  }

  if (isJson) {
    process.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
  } else {
    process.stdout.write(`\n${toTable(rows)}\n${machine}; ${describeVersions([...peers])}.\n`);
    process.stdout.write("Times are medians. A ratio is the peer's figure divided by ours: the larger, the better.\n");
  }
  return rows.every(({ ok }) => ok) ? 0 : 1;
}

process.exitCode = await main();
