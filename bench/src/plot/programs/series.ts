/** The data that everybody draws: triangle waves with noise and rare spikes, the same in every browser. */

export const SERIES = 10;

const PERIOD = 5_000;
const SPIKES = 1 / 20_000;

/**
 * A source of moments, from the first one on.
 *
 * @returns Each call gives the values of the next moment, one a series, each from 0 to 1. The array is the same one.
 */
export function createMoments(): () => Float32Array {
  const values = new Float32Array(SERIES);
  const random = createRandom();
  let n = 0;
  return () => {
    for (let series = 0; series < SERIES; series++) {
      const phase = (n / (PERIOD * (1 + series / 3))) % 1;
      const wave = 0.3 + 0.4 * Math.abs(2 * phase - 1);
      const isSpike = random() < SPIKES;
      values[series] = isSpike ? (random() < 0.5 ? 0.02 : 0.98) : wave + 0.1 * (random() - 0.5);
    }
    n++;
    return values;
  };
}

/** Numbers from 0 to 1, the same ones every time. */
function createRandom(): () => number {
  let state = 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
