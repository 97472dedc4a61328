/**
 * The middle of some figures, which one bad moment of the machine does not move.
 *
 * @throws {RangeError} when there are none.
 */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new RangeError("Nothing was measured; there is no median.");
  return (lower + upper) / 2;
}
