/**
 * The shape of every pyramid: level 0 is the values, a bucket of level `l` sums up 8 of the level below.
 *
 * Every stretch of values is then a handful of whole buckets, however long it is.
 */
export const FAN_OUT_BITS = 3;
export const FAN_OUT = 1 << FAN_OUT_BITS;

/**
 * A series of no more values has no pyramid: to read all of it is quick, and a page that holds thousands of short
 * recordings would hold more of pyramids than of values.
 */
export const MOST_WITHOUT_PYRAMID = 1_024;

/**
 * Calls `visit` for the fewest buckets that together are the values from `from` to before `to`.
 *
 * Each call names buckets `first` to before `end` of one level, all within one group of 8: they lie in one chunk.
 *
 * @param level The level that `from` and `to` count buckets of.
 */
export function visitSpans(
  from: number,
  to: number,
  level: number,
  visit: (level: number, first: number, end: number) => void,
): void {
  while (from < to) {
    const left = Math.min(to, ((from + FAN_OUT - 1) >>> FAN_OUT_BITS) << FAN_OUT_BITS);
    if (from < left) visit(level, from, left);
    const right = Math.max(left, (to >>> FAN_OUT_BITS) << FAN_OUT_BITS);
    if (right < to) visit(level, right, to);
    if (left >= right) return;
    from = left >>> FAN_OUT_BITS;
    to = right >>> FAN_OUT_BITS;
    level++;
  }
}

/**
 * The coarsest level whose buckets are at most an eighth of a stretch of so many values.
 *
 * What is drawn a pixel column at a time may begin and end at whole buckets of this level: an eighth of a pixel is not
 * seen, and the values themselves, which are in no cache, need not be read.
 */
export function levelFor(count: number): number {
  let level = 0;
  for (let bucket = FAN_OUT; bucket * FAN_OUT <= count; bucket *= FAN_OUT) level++;
  return level;
}
