/** A Butterworth filter of even order as second-order sections in series, run from zero state for every window. */
export interface ButterworthFilter {
  readonly type: "low" | "high";
  /** `[feedback1, feedback2, gain]` of each section, one after another. */
  readonly sections: Float64Array;
}

/**
 * Designs the filter by the bilinear transform with prewarping; the response equals SciPy's `butter(..., output="sos")`.
 *
 * @throws {RangeError} for an odd order, an order outside 2 to 8, a cutoff at or above half the sampling rate, or one so
 *   close to either end that the filter would not be stable on a device, which Studio refuses, too.
 */
export function designButterworth(
  type: "low" | "high",
  order: number,
  cutoffHz: number,
  samplingHz: number,
): ButterworthFilter {
  if (!Number.isInteger(order) || order % 2 !== 0 || order < 2 || order > 8) {
    throw new RangeError(`filterOrder is ${order}; it has to be 2, 4, 6 or 8.`);
  }
  if (!(cutoffHz > 0 && cutoffHz < samplingHz / 2)) {
    throw new RangeError(`filterCutoffHz is ${cutoffHz}; it has to lie between 0 and ${samplingHz / 2} Hz.`);
  }

  const a = Math.tan((Math.PI * cutoffHz) / samplingHz);
  const sections = new Float64Array((order / 2) * 3);
  for (let i = 0; i < order / 2; i++) {
    const r = Math.sin((Math.PI * (2 * i + 1)) / (2 * order));
    const s = a * a + 2 * a * r + 1;
    sections[i * 3] = (2 * (1 - a * a)) / s;
    sections[i * 3 + 1] = -(a * a - 2 * a * r + 1) / s;
    sections[i * 3 + 2] = (type === "low" ? a * a : 1) / s;
    if (!isStableInFloat32(sections[i * 3] as number, sections[i * 3 + 1] as number)) {
      throw new RangeError(
        `filterCutoffHz is ${cutoffHz}; with filterOrder ${order} it has to lie further from 0 and from ${samplingHz / 2} Hz, or the filter is not stable.`,
      );
    }
  }
  return { type, sections };
}

/** Whether both poles of a section lie inside the unit circle, with feedbacks in float32 as devices have them. */
function isStableInFloat32(feedback1: number, feedback2: number): boolean {
  const [first, second] = [Math.fround(feedback1), Math.fround(feedback2)];
  return Math.abs(second) < 1 && Math.abs(first) < 1 - second;
}

/** Filters the first `length` samples of `signal` in place, from zero state. */
export function applyButterworth({ type, sections }: ButterworthFilter, signal: Float64Array, length: number): void {
  const middle = type === "low" ? 2 : -2;
  switch (sections.length / 3) {
    case 1:
      return applySection(sections, 0, middle, signal, length);
    case 3:
      return applyThreeSections(sections, middle, signal, length);
    default:
      for (let at = 0; at < sections.length; at += 6) applyTwoSections(sections, at, middle, signal, length);
  }
}

function applySection(sections: Float64Array, at: number, middle: number, signal: Float64Array, length: number): void {
  const feedback1 = sections[at] as number;
  const feedback2 = sections[at + 1] as number;
  const gain = sections[at + 2] as number;
  let previous = 0;
  let beforePrevious = 0;
  for (let i = 0; i < length; i++) {
    const current = feedback1 * previous + (feedback2 * beforePrevious + (signal[i] as number));
    signal[i] = gain * (current + middle * previous + beforePrevious);
    beforePrevious = previous;
    previous = current;
  }
}

/** Two sections in one pass: each sample waits for the one before, and the second section uses that time. */
function applyTwoSections(
  sections: Float64Array,
  at: number,
  middle: number,
  signal: Float64Array,
  length: number,
): void {
  const a1 = sections[at] as number;
  const a2 = sections[at + 1] as number;
  const aGain = sections[at + 2] as number;
  const b1 = sections[at + 3] as number;
  const b2 = sections[at + 4] as number;
  const bGain = sections[at + 5] as number;
  let aPrevious = 0;
  let aBefore = 0;
  let bPrevious = 0;
  let bBefore = 0;
  for (let i = 0; i < length; i++) {
    const a = a1 * aPrevious + (a2 * aBefore + (signal[i] as number));
    const between = aGain * (a + middle * aPrevious + aBefore);
    aBefore = aPrevious;
    aPrevious = a;
    const b = b1 * bPrevious + (b2 * bBefore + between);
    signal[i] = bGain * (b + middle * bPrevious + bBefore);
    bBefore = bPrevious;
    bPrevious = b;
  }
}

/** The same for all of order 6, which is what Studio suggests: one pass, and one product for all gains. */
function applyThreeSections(sections: Float64Array, middle: number, signal: Float64Array, length: number): void {
  const a1 = sections[0] as number;
  const a2 = sections[1] as number;
  const b1 = sections[3] as number;
  const b2 = sections[4] as number;
  const c1 = sections[6] as number;
  const c2 = sections[7] as number;
  const gain = (sections[2] as number) * (sections[5] as number) * (sections[8] as number);
  let aPrevious = 0;
  let aBefore = 0;
  let bPrevious = 0;
  let bBefore = 0;
  let cPrevious = 0;
  let cBefore = 0;
  for (let i = 0; i < length; i++) {
    const a = a1 * aPrevious + (a2 * aBefore + gain * (signal[i] as number));
    const first = a + middle * aPrevious + aBefore;
    aBefore = aPrevious;
    aPrevious = a;
    const b = b1 * bPrevious + (b2 * bBefore + first);
    const second = b + middle * bPrevious + bBefore;
    bBefore = bPrevious;
    bPrevious = b;
    const c = c1 * cPrevious + (c2 * cBefore + second);
    signal[i] = c + middle * cPrevious + cBefore;
    cBefore = cPrevious;
    cPrevious = c;
  }
}
