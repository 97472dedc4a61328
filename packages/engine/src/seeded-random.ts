import { cosOfTurns, log } from "./portable-math.ts";

/** Random numbers that repeat for a seed, on every machine. */
export interface SeededRandom {
  /** Evenly spread over [0, 1). */
  uniform(): number;
  /** Normally distributed, mean 0, deviation 1. */
  normal(): number;
}

/** The "mulberry32" generator: 32 bits of state, enough for training and for made-up recordings, not for secrets. */
export function createSeededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    uniform,
    // Box and Muller; 1 - uniform() is never 0, whose logarithm would be infinite.
    normal: () => Math.sqrt(-2 * log(1 - uniform())) * cosOfTurns(uniform()),
  };
}

/** Brings the entries into a random order (Fisher and Yates). */
export function shuffle(order: Uint32Array, random: SeededRandom): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    const kept = order[i] as number;
    order[i] = order[j] as number;
    order[j] = kept;
  }
}
