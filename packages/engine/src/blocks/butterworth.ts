/** A Butterworth filter of even order as second-order sections in series, run from zero state for every window. */
export interface ButterworthFilter {
  readonly type: "low" | "high";
  /** `[feedback1, feedback2, gain]` of each section, one after another. */
  readonly sections: Float64Array;
}

/**
 * Designs the filter by the bilinear transform with prewarping; the response equals SciPy's `butter(..., output="sos")`.
 *
 * @throws {RangeError} for an odd order, an order outside 2 to 8, or a cutoff at or above half the sampling rate.
 */
export function designButterworth(
  type: "low" | "high",
  order: number,
  cutoffHz: number,
  samplingHz: number,
): ButterworthFilter {
  if (!Number.isInteger(order) || order % 2 !== 0 || order < 2 || order > 8) {
    throw new RangeError(`Filter order is ${order}; it has to be 2, 4, 6 or 8.`);
  }
  if (!(cutoffHz > 0 && cutoffHz < samplingHz / 2)) {
    throw new RangeError(`Filter cutoff is ${cutoffHz} Hz; it has to lie between 0 and ${samplingHz / 2} Hz.`);
  }

  const a = Math.tan((Math.PI * cutoffHz) / samplingHz);
  const sections = new Float64Array((order / 2) * 3);
  for (let i = 0; i < order / 2; i++) {
    const r = Math.sin((Math.PI * (2 * i + 1)) / (2 * order));
    const s = a * a + 2 * a * r + 1;
    sections[i * 3] = (2 * (1 - a * a)) / s;
    sections[i * 3 + 1] = -(a * a - 2 * a * r + 1) / s;
    sections[i * 3 + 2] = (type === "low" ? a * a : 1) / s;
  }
  return { type, sections };
}

/** Filters `signal` in place, from zero state. */
export function applyButterworth({ type, sections }: ButterworthFilter, signal: Float64Array): void {
  const middle = type === "low" ? 2 : -2;
  for (let section = 0; section < sections.length; section += 3) {
    const feedback1 = sections[section] as number;
    const feedback2 = sections[section + 1] as number;
    const gain = sections[section + 2] as number;
    let previous = 0;
    let beforePrevious = 0;
    for (let i = 0; i < signal.length; i++) {
      const current = feedback1 * previous + feedback2 * beforePrevious + (signal[i] as number);
      signal[i] = gain * (current + middle * previous + beforePrevious);
      beforePrevious = previous;
      previous = current;
    }
  }
}
