import type { Figure } from "./rows.ts";

/** A bench: what `pnpm bench <name>` measures. */
export interface Bench {
  /** The packages it compares with or measures by; their versions are printed. */
  readonly peers: readonly string[];
  measure(options: BenchOptions): Promise<readonly Figure[]>;
}

export interface BenchOptions {
  /** Fewer and shorter samples, less than half a minute of them. */
  readonly isQuick: boolean;
  /** Told what is going on, a line each. */
  readonly log: (line: string) => void;
}
