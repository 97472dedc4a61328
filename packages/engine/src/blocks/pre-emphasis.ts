/**
 * Loads the readings of one axis into `signal`, scaled, each less `coefficient` times the one `shift` places before.
 * Before the first readings of the window stand its last ones.
 *
 * @param shift 0 to the length of `signal`.
 */
export function loadEmphasized(
  readings: Float32Array,
  firstReading: number,
  { scale, coefficient, shift }: { readonly scale: number; readonly coefficient: number; readonly shift: number },
  signal: Float64Array,
): void {
  const { length } = signal;
  for (let i = 0; i < length; i++) {
    const before = i < shift ? i - shift + length : i - shift;
    const sample = readings[firstReading + i] as number;
    signal[i] = (sample - coefficient * (readings[firstReading + before] as number)) * scale;
  }
}
