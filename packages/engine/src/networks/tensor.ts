import { roundHalfAway } from "./fixed-point.ts";

/** Scale and zero point of one tensor: a quantised number `q` stands for `(q - zeroPoint) * scale`. */
export interface Quantization {
  readonly scale: number;
  readonly zeroPoint: number;
}

/**
 * A block of numbers inside a network.
 *
 * Doubles hold float32 and int8 alike, so every operator is one loop over one kind of array; what tells the two apart
 * is how a sum becomes an output.
 */
export interface Tensor {
  /** Rows before columns: the last dimension is the one that lies together. */
  readonly shape: readonly number[];
  readonly values: Float64Array;
  /** `undefined` for float32. */
  readonly quantization: Quantization | undefined;
}

/** One step of a network. It reads and writes tensors that it was made with. */
export interface Operator {
  run(): void;
}

/** What follows a sum at once, in the same operator. */
export type Activation = "none" | "relu" | "relu-n1-to-1" | "relu6";

/** How many numbers a tensor of this shape has. */
export function countElements(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

export interface Bounds {
  readonly lowest: number;
  readonly highest: number;
}

/** The range that an activation leaves, in the tensor's own numbers. */
export function boundsOf(activation: Activation, quantization: Quantization | undefined): Bounds {
  const { lowest, highest } = FLOAT_BOUNDS[activation];
  if (!quantization) return { lowest, highest };
  const { scale, zeroPoint } = quantization;
  const quantised = (value: number) => zeroPoint + roundHalfAway(Math.fround(value / scale));
  return { lowest: Math.max(-128, quantised(lowest)), highest: Math.min(127, quantised(highest)) };
}

const FLOAT_BOUNDS: Readonly<Record<Activation, Bounds>> = {
  none: { lowest: -Infinity, highest: Infinity },
  relu: { lowest: 0, highest: Infinity },
  "relu-n1-to-1": { lowest: -1, highest: 1 },
  relu6: { lowest: 0, highest: 6 },
};
