/** How a kernel slides along one side of a picture. */
export interface Slide {
  /** Length of the side. */
  readonly length: number;
  /** Values that the kernel takes. */
  readonly size: number;
  readonly stride: number;
  /** Steps between the values that the kernel takes. */
  readonly dilation: number;
  /** Places that the kernel's first value lies before the side's first, at the first position. */
  readonly before: number;
  /** Positions of the kernel. */
  readonly count: number;
}

/**
 * Places a kernel as TensorFlow does. `same` pads so that there are `length / stride` positions, the odd one at the end;
 * `valid` never leaves the side. No position, and so a count of 0, is a kernel that is longer than the side.
 */
export function planSlide(
  length: number,
  size: number,
  stride: number,
  dilation: number,
  padding: "same" | "valid",
): Slide {
  const reach = (size - 1) * dilation + 1;
  const count = padding === "same" ? Math.ceil(length / stride) : Math.floor((length - reach) / stride) + 1;
  const missing = Math.max(0, (count - 1) * stride + reach - length);
  const before = padding === "same" ? Math.floor(missing / 2) : 0;
  return { length, size, stride, dilation, before, count: Math.max(0, count) };
}
