/** Shape of the Kaiser window. */
const BETA = 5;

/** Zero crossings of the ideal filter that the window keeps on each side. */
const CROSSINGS = 10;

/**
 * A table of more weights than this is not made, since each is needed but a few times then: they are worked out one by
 * one. The counts of a long recording often have no common divisor, and its filter is ten times as long as itself.
 */
const MOST_TABULATED = 1_000_000;

/** How many readings `readingCount` become at another frequency; at least one. */
export function resampledCount(readingCount: number, fromHz: number, toHz: number): number {
  return Math.max(1, Math.ceil((toHz / fromHz) * readingCount));
}

/**
 * Resamples a whole recording to another number of readings, all its axes alike, as Studio does when the frequency of a
 * recording is not that of the impulse.
 *
 * A polyphase filter without delay: the ideal low-pass filter in a Kaiser window. Beyond the ends the signal is taken to
 * be 0, so the outermost readings bend towards it. Equals SciPy's `resample_poly(x, newCount, readingCount)`. Takes some
 * 16 MB beside the result, however long the recording is.
 *
 * @param readings Readings one after another, each with all its axes. Shape `[readings * axes]`.
 * @param newCount Readings of the result; `resampledCount` says how many a frequency takes.
 * @returns A new array. Shape `[newCount * axes]`.
 * @throws {RangeError} for a count below 1, or an empty recording.
 */
export function resample(readings: Float32Array, axisCount: number, newCount: number): Float32Array {
  const count = readings.length / axisCount;
  for (const [name, value] of Object.entries({ axisCount, newCount, "readings.length / axisCount": count })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`${name} is ${value}; it has to be a whole number, 1 or more.`);
    }
  }
  const common = greatestCommonDivisor(newCount, count);
  const up = newCount / common;
  const down = count / common;
  if (up === down) return readings.slice();

  const reach = CROSSINGS * Math.max(up, down);
  const weightAt = designFilter(up, down, reach);
  const resampled = new Float32Array(newCount * axisCount);
  const sums = new Float64Array(axisCount);
  for (let i = 0; i < newCount; i++) {
    // Reading j lies at j * up and the new one at i * down, counted in steps of the common multiple of both rates.
    const place = i * down;
    const first = Math.max(0, Math.ceil((place - reach) / up));
    const last = Math.min(count - 1, Math.floor((place + reach) / up));
    sums.fill(0);
    for (let j = first; j <= last; j++) {
      const weight = weightAt(Math.abs(place - j * up));
      for (let axis = 0; axis < axisCount; axis++) {
        sums[axis] = (sums[axis] as number) + weight * (readings[j * axisCount + axis] as number);
      }
    }
    resampled.set(sums, i * axisCount);
  }
  return resampled;
}

/** The weight of what lies so many steps away, 0 to `reach`. */
function designFilter(up: number, down: number, reach: number): (distance: number) => number {
  const widest = Math.max(up, down);
  const shapeAt = (distance: number) => {
    const phase = (Math.PI * distance) / widest;
    const ideal = distance === 0 ? 1 : Math.sin(phase) / phase;
    return ideal * besselI0(BETA * Math.sqrt(1 - (distance / reach) ** 2));
  };
  const shape = reach > MOST_TABULATED ? undefined : Float64Array.from({ length: reach + 1 }, (_, i) => shapeAt(i));
  let sum = 0;
  for (let i = 0; i <= reach; i++) sum += (i === 0 ? 1 : 2) * (shape ? (shape[i] as number) : shapeAt(i));
  if (!shape) return (distance) => (shapeAt(distance) * up) / sum;
  const weights = shape.map((value) => (value * up) / sum);
  return (distance) => weights[distance] as number;
}

/** The modified Bessel function of the first kind and order 0. */
function besselI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
