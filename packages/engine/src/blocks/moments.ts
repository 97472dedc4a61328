/** Stands for a deviation of 0, as in the SDK: a flat signal then has skewness 0 and kurtosis -3, not NaN. */
const STILL = 1e-10;

/**
 * Writes the mean of each signal's first `length` samples.
 *
 * Summed one after another in float32 as the SDK does: on a board lying still, where gravity is a thousand times the
 * noise, the rounding of this sum shows in the skewness (0.007 away from the SDK with an exact mean). Three signals go
 * side by side, since every sum has to wait for its last addition.
 */
export function writeMeans(signals: readonly Float64Array[], length: number, means: Float64Array): void {
  const last = signals.length - 1;
  for (let first = 0; first <= last; first += 3) {
    const second = Math.min(first + 1, last);
    const third = Math.min(first + 2, last);
    const a = signals[first] as Float64Array;
    const b = signals[second] as Float64Array;
    const c = signals[third] as Float64Array;
    let sumA = 0;
    let sumB = 0;
    let sumC = 0;
    for (let i = 0; i < length; i++) {
      sumA = Math.fround(sumA + (a[i] as number));
      sumB = Math.fround(sumB + (b[i] as number));
      sumC = Math.fround(sumC + (c[i] as number));
    }
    means[first] = Math.fround(sumA / length);
    means[second] = Math.fround(sumB / length);
    means[third] = Math.fround(sumC / length);
  }
}

/**
 * Writes the first `length` samples of a signal without their mean into `centred`, which may be the signal itself, and the
 * root mean square, skewness and kurtosis of those; a normal distribution has kurtosis 0.
 *
 * A flat signal has skewness 0 and kurtosis -3 as in the SDK; Studio answers NaN there, which JSON cannot carry.
 */
export function writeMoments(
  signal: Float64Array,
  length: number,
  mean: number,
  centred: Float64Array,
  out: Float64Array,
  at: number,
): void {
  let squares = 0;
  let cubes = 0;
  let fourths = 0;
  for (let i = 0; i < length; i++) {
    const y = (signal[i] as number) - mean;
    centred[i] = y;
    const square = y * y;
    squares += square;
    cubes += square * y;
    fourths += square * square;
  }
  const rms = Math.sqrt(squares / length);
  out[at] = rms;
  writeRatios(cubes / length, fourths / length, rms === 0 ? STILL : rms, out, at + 1);
}

/** Writes skewness and kurtosis of values about their mean, which stays in them. */
export function writeShape(values: Float64Array, out: Float64Array, at: number): void {
  const { length } = values;
  let sum = 0;
  for (let i = 0; i < length; i++) sum += values[i] as number;
  const mean = sum / length;
  let squares = 0;
  let cubes = 0;
  let fourths = 0;
  for (let i = 0; i < length; i++) {
    const y = (values[i] as number) - mean;
    const square = y * y;
    squares += square;
    cubes += square * y;
    fourths += square * square;
  }
  const deviation = squares === 0 ? STILL : Math.sqrt(squares / length);
  writeRatios(cubes / length, fourths / length, deviation, out, at);
}

/** Skewness and kurtosis. Products, for a power other than 2 takes as long as twenty samples do. */
function writeRatios(cubes: number, fourths: number, deviation: number, out: Float64Array, at: number): void {
  const variance = deviation * deviation;
  out[at] = cubes / (variance * deviation);
  out[at + 1] = fourths / (variance * variance) - 3;
}
