/** Bins of the histogram that entropy is of. */
const BINS = 100;

/** Stands for a deviation of 0, as in the SDK. */
const STILL = 1e-10;

/**
 * The fourteen statistics of one component of a wavelet transform.
 *
 * A percentile is the sample nearest to it. Neighbours of different sign make a crossing; a zero between them makes none,
 * as in the SDK. Flat components have entropy and skewness 0 and kurtosis -3.
 */
export class SignalStatistics {
  static readonly names = [
    ...["entropy", "zcross", "mcross", "n5", "n25", "n75", "n95", "median"],
    ...["mean", "std", "var", "rms", "skew", "kurtosis"],
  ] as const;

  readonly #histogram = new Float64Array(BINS);
  readonly #sorted: ReadonlyMap<number, Float64Array>;

  /** @param lengths Of all signals that there will be. */
  constructor(lengths: readonly number[]) {
    this.#sorted = new Map(lengths.map((length) => [length, new Float64Array(length)]));
  }

  /** @returns the index behind the last statistic. */
  write(signal: Float64Array, out: Float64Array, at: number): number {
    const { length } = signal;
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < length; i++) {
      const x = signal[i] as number;
      sum += x;
      squares += x * x;
    }
    const mean = sum / length;
    let second = 0;
    let third = 0;
    let fourth = 0;
    for (let i = 0; i < length; i++) {
      const y = (signal[i] as number) - mean;
      const square = y * y;
      second += square;
      third += square * y;
      fourth += square * square;
    }
    const deviation = second === 0 ? STILL : Math.sqrt(second / length);
    const sorted = this.#sorted.get(length) as Float64Array;
    sorted.set(signal);
    sorted.sort();

    out[at] = this.#entropy(sorted);
    out[at + 1] = countCrossings(signal, 0) / length;
    out[at + 2] = countCrossings(signal, mean) / length;
    out[at + 3] = percentile(sorted, 0.05);
    out[at + 4] = percentile(sorted, 0.25);
    out[at + 5] = percentile(sorted, 0.75);
    out[at + 6] = percentile(sorted, 0.95);
    out[at + 7] = percentile(sorted, 0.5);
    out[at + 8] = mean;
    out[at + 9] = Math.sqrt(second / length);
    out[at + 10] = second / (length - 1);
    out[at + 11] = Math.sqrt(squares / length);
    out[at + 12] = third / length / deviation ** 3;
    out[at + 13] = fourth / length / deviation ** 4 - 3;
    return at + SignalStatistics.names.length;
  }

  /** Of the histogram between the lowest and the highest sample, in nats. Its edges are rounded to float32 as the SDK's. */
  #entropy(sorted: Float64Array): number {
    const { length } = sorted;
    const lowest = sorted[0] as number;
    const width = Math.fround(Math.fround((sorted[length - 1] as number) - lowest) / BINS);
    if (width === 0) return 0;
    const histogram = this.#histogram.fill(0);
    for (let i = 0; i < length; i++) {
      const bin = Math.min(BINS - 1, Math.trunc(Math.fround(Math.fround((sorted[i] as number) - lowest) / width)));
      histogram[bin] = (histogram[bin] as number) + 1;
    }
    let entropy = 0;
    for (let bin = 0; bin < BINS; bin++) {
      const share = (histogram[bin] as number) / length;
      if (share > 0) entropy -= share * Math.log(share);
    }
    return entropy;
  }
}

function countCrossings(signal: Float64Array, level: number): number {
  let count = 0;
  for (let i = 1; i < signal.length; i++) {
    if (((signal[i] as number) - level) * ((signal[i - 1] as number) - level) < 0) count++;
  }
  return count;
}

function percentile(sorted: Float64Array, part: number): number {
  return sorted[Math.trunc(part * (sorted.length - 1) + 0.5)] as number;
}
