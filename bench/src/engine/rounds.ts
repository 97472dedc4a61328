import { median } from "../median.ts";

/** What is measured: does its work for `windows` windows. */
export interface Contender {
  readonly windowsInRound: number;
  readonly run: (windows: number) => void | Promise<void>;
}

/** Rounds that are thrown away: the JavaScript compiler is still at work. */
const WARM_UP_ROUNDS = 100;

/**
 * Microseconds for a window, each contender's median over rounds in which they take turns.
 *
 * Rounds are short, so that most of them are not interrupted by what else the machine does.
 */
export async function measureRounds<K extends string>(
  contenders: Readonly<Record<K, Contender>>,
  rounds: number,
): Promise<Readonly<Record<K, number>>> {
  const entries = Object.entries(contenders) as [K, Contender][];
  const figures = new Map<K, number[]>(entries.map(([name]) => [name, []]));
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const [name, { windowsInRound, run }] of entries) {
      const start = process.hrtime.bigint();
      const done = run(windowsInRound);
      // Waiting for what is done already would be measured with it.
      if (done) await done;
      const microseconds = Number(process.hrtime.bigint() - start) / 1000 / windowsInRound;
      if (round >= 0) figures.get(name)?.push(microseconds);
    }
  }
  return Object.fromEntries(entries.map(([name]) => [name, median(figures.get(name) ?? [])])) as Record<K, number>;
}
