/**
 * Dense networks in int8, in the exact integer arithmetic of TensorFlow Lite for Microcontrollers.
 *
 * A quantised number `q` stands for `(q - zeroPoint) * scale`. Scores come out as multiples of 1/256, the highest one
 * being 255/256, and need not add up to 1. That is what the board answers, so it is what we answer.
 */

/** Scale and zero point of one tensor. */
export interface Quantization {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** One fully connected layer in int8. */
export interface Int8Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: "relu" | "none";
  /** Shape `[outputs * inputs]`, the weights of one output after another; their zero point is 0. */
  readonly weights: Int8Array;
  /** One scale for the whole layer, or one per output. */
  readonly weightScales: readonly number[];
  /** In units of input scale times weight scale. */
  readonly bias: Int32Array;
  readonly output: Quantization;
}

/** A network of fully connected int8 layers, softmax at its end. */
export interface Int8Network {
  readonly input: Quantization;
  readonly layers: readonly Int8Layer[];
}

/** Runs an int8 network. Buffers are made once, so a window allocates nothing. */
export class Int8Classifier {
  readonly #network: Int8Network;
  readonly #input: Int8Array;
  readonly #layers: readonly PreparedLayer[];
  readonly #exponentials: Float64Array;
  readonly #logitScale: number;

  /** @throws {RangeError} for a network without layers. */
  constructor(network: Int8Network) {
    const first = network.layers[0];
    const last = network.layers.at(-1);
    if (!first || !last) throw new RangeError("A network needs at least one layer.");
    this.#network = network;
    this.#input = new Int8Array(first.inputs);
    this.#layers = network.layers.map((layer, i) =>
      prepareLayer(layer, i === 0 ? network.input : (network.layers[i - 1] as Int8Layer).output),
    );
    this.#exponentials = new Float64Array(last.outputs);
    this.#logitScale = last.output.scale;
  }

  /** Writes one score per class into `scores`, each a multiple of 1/256. */
  classify(features: Float64Array, scores: Float32Array): void {
    const { scale, zeroPoint } = this.#network.input;
    for (let i = 0; i < this.#input.length; i++) {
      // The SDK holds features in float32 when it quantises them.
      const quantised = roundHalfAway(Math.fround(features[i] as number) / scale) + zeroPoint;
      this.#input[i] = clampToInt8(quantised);
    }
    let values = this.#input;
    for (const layer of this.#layers) values = runLayer(layer, values);
    this.#softmax(values, scores);
  }

  #softmax(logits: Int8Array, scores: Float32Array): void {
    let highest = -128;
    for (let i = 0; i < logits.length; i++) highest = Math.max(highest, logits[i] as number);
    let total = 0;
    for (let i = 0; i < logits.length; i++) {
      const exponential = Math.exp(((logits[i] as number) - highest) * this.#logitScale);
      this.#exponentials[i] = exponential;
      total += exponential;
    }
    for (let i = 0; i < logits.length; i++) {
      scores[i] = Math.min(255, Math.round((256 * (this.#exponentials[i] as number)) / total)) / 256;
    }
  }
}

interface PreparedLayer {
  readonly layer: Int8Layer;
  readonly inputZeroPoint: number;
  /** Per output: Q31 mantissa of input scale * weight scale / output scale. */
  readonly multipliers: Int32Array;
  /** Per output: power of two that belongs to the mantissa; negative shifts right. */
  readonly shifts: Int32Array;
  readonly lowest: number;
  readonly output: Int8Array;
}

function prepareLayer(layer: Int8Layer, input: Quantization): PreparedLayer {
  const multipliers = new Int32Array(layer.outputs);
  const shifts = new Int32Array(layer.outputs);
  for (let o = 0; o < layer.outputs; o++) {
    const weightScale = layer.weightScales.length === 1 ? layer.weightScales[0] : layer.weightScales[o];
    const { mantissa, shift } = toQ31((input.scale * (weightScale as number)) / layer.output.scale);
    multipliers[o] = mantissa;
    shifts[o] = shift;
  }
  const lowest = layer.activation === "relu" ? Math.max(-128, layer.output.zeroPoint) : -128;
  return { layer, inputZeroPoint: input.zeroPoint, multipliers, shifts, lowest, output: new Int8Array(layer.outputs) };
}

function runLayer({ layer, inputZeroPoint, multipliers, shifts, lowest, output }: PreparedLayer, input: Int8Array) {
  const { inputs, outputs, weights, bias } = layer;
  let w = 0;
  for (let o = 0; o < outputs; o++) {
    let sum = bias[o] as number;
    for (let i = 0; i < inputs; i++) sum += ((input[i] as number) - inputZeroPoint) * (weights[w++] as number);
    const scaled = multiplyByQ31(sum, multipliers[o] as number, shifts[o] as number) + layer.output.zeroPoint;
    output[o] = Math.max(lowest, clampToInt8(scaled));
  }
  return output;
}

/** Splits a positive factor into a Q31 mantissa in [2^30, 2^31) and a power of two. */
function toQ31(factor: number): { mantissa: number; shift: number } {
  // A factor so small shifts every product out, and the reference kernels take it for 0.
  if (factor < 2 ** -32) return { mantissa: 0, shift: 0 };
  let shift = Math.floor(Math.log2(factor)) + 1;
  let fraction = factor / 2 ** shift;
  // log2 rounds, so a factor next to a power of two can land one off.
  if (fraction >= 1) {
    fraction /= 2;
    shift++;
  }
  if (fraction < 0.5) {
    fraction *= 2;
    shift--;
  }
  let mantissa = Math.round(fraction * 2 ** 31);
  if (mantissa === 2 ** 31) {
    mantissa /= 2;
    shift++;
  }
  return { mantissa, shift };
}

/** `value * mantissa / 2^31 * 2^shift`, rounded twice as the reference kernels do. */
function multiplyByQ31(value: number, mantissa: number, shift: number): number {
  const left = Math.max(0, shift);
  const product = roundingDoublingHighMultiply((value * 2 ** left) | 0, mantissa);
  return roundingShiftRight(product, Math.max(0, -shift));
}

/**
 * `round(a * b / 2^31)` for int32 `a` and positive int32 `b`, ties away from zero.
 *
 * The product needs 62 bits, more than a double holds. Half of `a` at a time fits, and the quotient is put together
 * from the two halves without ever rounding.
 */
function roundingDoublingHighMultiply(a: number, b: number): number {
  const upper = (a >> 16) * b;
  const lower = (a & 0xffff) * b;
  const quotient = Math.floor(upper / 32768);
  const rest = (upper - quotient * 32768) * 65536 + lower;
  if (a >= 0) return quotient + Math.floor((rest + 2 ** 30) / 2 ** 31);
  // The reference adds 1 - 2^30 and cuts towards zero, which for a negative product means rounding up.
  return quotient + Math.ceil((rest + 1 - 2 ** 30) / 2 ** 31);
}

/** Divides by a power of two, ties away from zero. */
function roundingShiftRight(value: number, exponent: number): number {
  if (exponent === 0) return value;
  const mask = 2 ** exponent - 1;
  const threshold = (mask >> 1) + (value < 0 ? 1 : 0);
  return (value >> exponent) + ((value & mask) > threshold ? 1 : 0);
}

function roundHalfAway(value: number): number {
  return value < 0 ? -Math.round(-value) : Math.round(value);
}

function clampToInt8(value: number): number {
  return Math.max(-128, Math.min(127, value));
}
