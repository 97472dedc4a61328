/**
 * The smallest of some figures that so large a share of them does not exceed.
 *
 * @param share Above 0, up to 1.
 * @throws {RangeError} when there are none.
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.ceil(share * sorted.length) - 1];
  if (value === undefined) throw new RangeError("Nothing was measured; there is no percentile.");
  return value;
}
