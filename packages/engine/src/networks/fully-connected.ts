import type { Operator, Tensor } from "./tensor.ts";
import { writeSums, type WeightedSums } from "./weighted-sums.ts";

/** Every output is a weighted sum of all inputs; of each row of inputs, when there are several. */
export class FullyConnected implements Operator {
  readonly #input: Float64Array;
  readonly #output: Float64Array;
  readonly #sums: WeightedSums;
  readonly #rows: number;

  constructor(input: Tensor, output: Tensor, sums: WeightedSums) {
    this.#input = input.values;
    this.#output = output.values;
    this.#sums = sums;
    this.#rows = sums.starts.length;
  }

  run(): void {
    const { columns } = this.#sums;
    for (let from = 0, to = 0; from < this.#input.length; from += columns, to += this.#rows) {
      writeSums(this.#sums, this.#input, from, 0, this.#rows, this.#output, to);
    }
  }
}
