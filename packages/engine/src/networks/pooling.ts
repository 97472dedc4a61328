import type { Slide } from "./slide.ts";
import type { Bounds, Operator, Tensor } from "./tensor.ts";

/** The highest or the mean value of what a kernel covers, channel by channel. What lies outside does not count. */
export class Pooling implements Operator {
  readonly #kind: "highest" | "mean" | "rounded-mean";
  readonly #input: Float64Array;
  readonly #output: Float64Array;
  readonly #rows: Slide;
  readonly #columns: Slide;
  readonly #channels: number;
  readonly #bounds: Bounds;

  constructor(
    kind: "highest" | "mean",
    input: Tensor,
    output: Tensor,
    rows: Slide,
    columns: Slide,
    channels: number,
    bounds: Bounds,
  ) {
    this.#kind = kind === "mean" && input.quantization ? "rounded-mean" : kind;
    this.#input = input.values;
    this.#output = output.values;
    this.#rows = rows;
    this.#columns = columns;
    this.#channels = channels;
    this.#bounds = bounds;
  }

  run(): void {
    const rows = this.#rows;
    const columns = this.#columns;
    const pictureLength = rows.length * columns.length * this.#channels;
    let to = 0;
    for (let from = 0; from < this.#input.length; from += pictureLength) {
      for (let y = 0; y < rows.count; y++) {
        for (let x = 0; x < columns.count; x++) {
          const top = y * rows.stride - rows.before;
          const left = x * columns.stride - columns.before;
          for (let c = 0; c < this.#channels; c++) this.#pool(from + c, top, left, to++);
        }
      }
    }
  }

  #pool(from: number, top: number, left: number, to: number): void {
    const rows = this.#rows;
    const columns = this.#columns;
    const endY = Math.min(rows.length, top + rows.size);
    const endX = Math.min(columns.length, left + columns.size);
    let highest = -Infinity;
    let sum = 0;
    let count = 0;
    for (let y = Math.max(0, top); y < endY; y++) {
      for (let x = Math.max(0, left); x < endX; x++) {
        const value = this.#input[from + (y * columns.length + x) * this.#channels] as number;
        if (value > highest) highest = value;
        sum += value;
        count++;
      }
    }
    let value = highest;
    if (this.#kind === "mean") value = sum / count;
    else if (this.#kind === "rounded-mean") value = roundedMean(sum, count);
    this.#output[to] = Math.max(this.#bounds.lowest, Math.min(this.#bounds.highest, value));
  }
}

/** `sum / count` for whole numbers, rounded as the reference kernels do: ties away from zero. */
export function roundedMean(sum: number, count: number): number {
  const half = Math.floor(count / 2);
  return Math.trunc((sum > 0 ? sum + half : sum - half) / count);
}
