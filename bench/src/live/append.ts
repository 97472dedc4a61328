/** How fast windows are stored so that they outlast a power cut. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { median } from "../median.ts";
import { percentile } from "../percentile.ts";
import type { Figure } from "../rows.ts";
import type { AppendCommands } from "./append-process.ts";
import { BATCH_WINDOWS } from "./batch.ts";
import { withChildren } from "./children.ts";

const RUNS = [16, 1];
const SECONDS = 0.5;
const GOAL = { leastValue: 50_000 } as const;

export async function measureAppends(rounds: number, log: (line: string) => void): Promise<Figure[]> {
  const folder = await mkdtemp(path.join(tmpdir(), "windowscope-bench-"));
  try {
    return await withChildren(async (start) => {
      const { ask } = start<AppendCommands>("append-process.ts", [path.join(folder, "bench.db")]);
      const rates = RUNS.map((): number[] => []);
      const p50sMs = RUNS.map((): number[] => []);
      // The first round compiles code and makes the file grow.
      for (let round = -1; round < rounds; round++) {
        for (const [i, runs] of RUNS.entries()) {
          const { batchesPerSecond, storeMs } = await ask("append", { runs, seconds: SECONDS });
          if (round < 0) continue;
          const rate = batchesPerSecond * BATCH_WINDOWS;
          log(`${runs} runs append: ${rate.toFixed(0)} windows/s`);
          rates[i]?.push(rate);
          p50sMs[i]?.push(percentile(storeMs, 0.5));
        }
      }
      return RUNS.flatMap((runs, i): Figure[] => {
        const what = `append to SQLite, FULL, ${runs} at once`;
        return [
          { row: what, value: median(rates[i] ?? []), unit: "windows/s", ...(runs > 1 && { goal: GOAL }) },
          { row: `${what}, until stored, p50`, value: median(p50sMs[i] ?? []), unit: "ms" },
        ];
      });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
