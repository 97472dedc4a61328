import { Column } from "./column.ts";

/**
 * Numbers of which each is as far from the last one as that from the one before it: they take no room.
 *
 * From the first number on that is not, all are kept one by one. What comes out is always exactly what went in.
 */
export class Steps {
  #first = 0;
  #step = 0;
  #length = 0;
  #column: Column<Float64Array> | undefined;

  get length(): number {
    return this.#length;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#column?.bytes ?? 0;
  }

  append(values: ArrayLike<number>): void {
    let regular = 0;
    while (!this.#column && regular < values.length && this.#goesOn(values[regular] as number)) regular++;
    if (regular === values.length) return;
    if (!this.#column) {
      const column = new Column((length) => new Float64Array(length));
      for (let i = 0; i < this.#length; i++) column.push(this.at(i));
      this.#column = column;
    }
    this.#column.append(values, regular);
    this.#length = this.#column.length;
  }

  /** The number at an index, which is below `length`. */
  at(index: number): number {
    return this.#column ? this.#column.at(index) : this.#first + index * this.#step;
  }

  #goesOn(value: number): boolean {
    if (this.#length === 0) this.#first = value;
    const step = this.#length === 1 ? value - this.#first : this.#step;
    // A step that is no finite number leaves no way back to the first number.
    if (!Number.isFinite(step) || !Object.is(this.#first + this.#length * step, value)) return false;
    this.#step = step;
    this.#length++;
    return true;
  }
}
