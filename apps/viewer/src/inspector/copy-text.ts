/**
 * Numbers in the form that Edge Impulse's tools take as features: comma-separated, one window a line.
 *
 * @param values Interleaved by axis, as a model gets them.
 */
export function toFeatureText(values: ArrayLike<number>): string {
  return Array.from(values, shortest).join(", ");
}

/** The shortest decimal that is the same number at single precision, which is what a device computes with. */
function shortest(value: number): string {
  if (!Number.isFinite(value)) return "0";
  const single = Math.fround(value);
  for (let digits = 6; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === single) return String(text);
  }
  return String(Number(value.toPrecision(9)));
}
