/** Data for charts that have one scale for all series: series `s` is drawn in row `s` of a scale from 0 to SERIES. */
import { SERIES } from "./series.ts";

/** Values that grow at their end without being copied each time. */
export class GrowingRows {
  length = 0;
  #x = new Float64Array(1 << 16);
  readonly #rows = Array.from({ length: SERIES }, () => new Float64Array(1 << 16));

  append(values: Float32Array): void {
    if (this.length === this.#x.length) {
      this.#x = doubled(this.#x);
      this.#rows.forEach((row, series) => (this.#rows[series] = doubled(row)));
    }
    this.#x[this.length] = this.length;
    values.forEach((value, series) => {
      const row = this.#rows[series];
      if (row) row[this.length] = inRow(series, value);
    });
    this.length++;
  }

  get x(): Float64Array {
    return this.#x.subarray(0, this.length);
  }

  get rows(): Float64Array[] {
    return this.#rows.map((row) => row.subarray(0, this.length));
  }
}

/** The first series on top. */
export function inRow(series: number, value: number): number {
  return SERIES - 1 - series + value;
}

function doubled(values: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(values.length * 2);
  larger.set(values);
  return larger;
}
