/**
 * A trained network, ready to run: a window's features in, its scores out.
 *
 * Everything is allocated when it is made, so a window allocates nothing.
 */
export interface Network {
  /** How many features a window has. */
  readonly inputCount: number;
  /** How many scores it gets; 1 for a regression. */
  readonly outputCount: number;
  /**
   * Runs one window.
   *
   * @param features Shape `[inputCount]`.
   * @param out Is overwritten. Shape `[outputCount]`, or longer.
   * @throws {RangeError} when `features` has another length, or `out` is too short.
   */
  run(features: ArrayLike<number>, out: Float32Array): void;
}
