import type { Slide } from "./slide.ts";
import type { Operator, Tensor } from "./tensor.ts";
import { writeSums, type WeightedSums } from "./weighted-sums.ts";

/** Rows of pictures, rows first, channels together: `[pictures, height, width, channels]`. */
export interface ConvolutionShape {
  readonly rows: Slide;
  readonly columns: Slide;
  readonly channels: number;
  /** Channels are cut into this many equal groups, each with kernels of its own; as many as channels when depthwise. */
  readonly groups: number;
}

/** Kernels that slide over pictures. A recording is a picture one row high. */
export class Convolution implements Operator {
  readonly #input: Float64Array;
  readonly #output: Float64Array;
  readonly #shape: ConvolutionShape;
  readonly #sums: WeightedSums;
  readonly #padding: number;
  /** What one group's kernels see at one position, in the order of their weights. */
  readonly #patch: Float64Array;

  /** @param sums A row for each kernel, its weights ordered by kernel row, kernel column and channel of the group. */
  constructor(input: Tensor, output: Tensor, shape: ConvolutionShape, sums: WeightedSums) {
    this.#input = input.values;
    this.#output = output.values;
    this.#shape = shape;
    this.#sums = sums;
    // Outside the picture is 0, which int8 writes as the zero point.
    this.#padding = input.quantization?.zeroPoint ?? 0;
    this.#patch = new Float64Array(sums.columns);
  }

  run(): void {
    const { rows, columns, channels, groups } = this.#shape;
    const kernels = this.#sums.starts.length;
    const kernelsInGroup = kernels / groups;
    const pictureLength = rows.length * columns.length * channels;
    let to = 0;
    for (let from = 0; from < this.#input.length; from += pictureLength) {
      for (let y = 0; y < rows.count; y++) {
        for (let x = 0; x < columns.count; x++) {
          for (let g = 0; g < groups; g++) {
            this.#gather(from, y * rows.stride - rows.before, x * columns.stride - columns.before, g);
            writeSums(this.#sums, this.#patch, 0, g * kernelsInGroup, kernelsInGroup, this.#output, to);
            to += kernelsInGroup;
          }
        }
      }
    }
  }

  #gather(picture: number, top: number, left: number, group: number): void {
    const { rows, columns, channels, groups } = this.#shape;
    const input = this.#input;
    const patch = this.#patch;
    const padding = this.#padding;
    const channelsInGroup = channels / groups;
    let p = 0;
    for (let ky = 0; ky < rows.size; ky++) {
      const y = top + ky * rows.dilation;
      const isRowInside = y >= 0 && y < rows.length;
      for (let kx = 0; kx < columns.size; kx++) {
        const x = left + kx * columns.dilation;
        if (isRowInside && x >= 0 && x < columns.length) {
          const at = picture + (y * columns.length + x) * channels + group * channelsInGroup;
          for (let c = 0; c < channelsInGroup; c++) patch[p++] = input[at + c] as number;
        } else {
          for (let c = 0; c < channelsInGroup; c++) patch[p++] = padding;
        }
      }
    }
  }
}
