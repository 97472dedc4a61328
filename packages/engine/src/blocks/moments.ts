/** Stands for a deviation of 0, as in the SDK: a flat signal then has skewness 0 and kurtosis -3, not NaN. */
const STILL = 1e-10;

/** The mean of the first `length` samples. */
export function meanOf(signal: Float64Array, length: number): number {
  // Summed one after another in float32 as the SDK does: on a board lying still, where gravity is a thousand times
  // the noise, the rounding of this sum shows in the skewness (0.007 away from the SDK with an exact mean).
  let sum = 0;
  for (let i = 0; i < length; i++) sum = Math.fround(sum + (signal[i] as number));
  return Math.fround(sum / length);
}

/** Takes the mean out of the first `length` samples. */
export function removeMean(signal: Float64Array, length: number): void {
  const mean = meanOf(signal, length);
  for (let i = 0; i < length; i++) signal[i] = (signal[i] as number) - mean;
}

/**
 * Writes the root mean square, skewness and kurtosis of a signal without its mean; a normal distribution has kurtosis 0.
 *
 * A flat signal has skewness 0 and kurtosis -3 as in the SDK; Studio answers NaN there, which JSON cannot carry.
 */
export function writeMoments(signal: Float64Array, length: number, out: Float64Array, at: number): void {
  let squares = 0;
  let cubes = 0;
  let fourths = 0;
  for (let i = 0; i < length; i++) {
    const y = signal[i] as number;
    const square = y * y;
    squares += square;
    cubes += square * y;
    fourths += square * square;
  }
  const rms = Math.sqrt(squares / length);
  const deviation = rms === 0 ? STILL : rms;
  out[at] = rms;
  out[at + 1] = cubes / length / deviation ** 3;
  out[at + 2] = fourths / length / deviation ** 4 - 3;
}

/** Writes skewness and kurtosis of values about their mean, which stays in them. */
export function writeShape(values: Float64Array, length: number, out: Float64Array, at: number): void {
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
  out[at] = cubes / length / deviation ** 3;
  out[at + 1] = fourths / length / deviation ** 4 - 3;
}
