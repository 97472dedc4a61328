/** What holds for one run of the suite: its size, its seed, and the form of what it measures. */

/** One figure of one case. */
export interface Row {
  readonly id: string;
  /** What was done. */
  readonly did: string;
  readonly figure: string;
  readonly measured: string;
  readonly limit: string;
  readonly isOk: boolean;
  /** How to read the figure, where that is not plain. */
  readonly remark: string;
  /** Day of the measurement, `2026-11-21`. */
  readonly day: string;
}

/** Whether every case runs at its full size, as `pnpm test:faults` asks for; else the quick ones, at a small size. */
export const isFullRun = process.env.WINDOWSCOPE_FAULTS === "full";

/** Begins every random choice of the run. */
export const SEED = Number(process.env.WINDOWSCOPE_FAULTS_SEED ?? 20261121);

/** Random numbers in [0, 1) that are the same in every run with the same seed (mulberry32). */
export function seededRandom(stream: number): () => number {
  let state = (SEED ^ Math.imul(stream, 0x9e3779b1)) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A size that is small in the quick selection. */
export function sized(full: number, quick: number): number {
  return isFullRun ? full : quick;
}

/** A limit of time, which the quick selection stretches: it runs beside other tests, and is to find mistakes, not load. */
export function patientMs(limitMs: number): number {
  return isFullRun ? limitMs : limitMs * 4;
}

/** The value below which the share `p` of the values lies; NaN for none. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? NaN;
}
