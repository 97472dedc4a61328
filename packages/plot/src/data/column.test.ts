import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { CHUNK_LENGTH, Column } from "./column.ts";

function counting(length: number, first = 0): Float64Array {
  return Float64Array.from({ length }, (_, i) => first + i);
}

describe("Column", () => {
  it("holds the same however its values were cut into appends", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 12 }), (lengths) => {
        const column = new Column((length) => new Float64Array(length));

        let total = 0;
        for (const length of lengths) {
          column.append(counting(length, total));
          total += length;
        }

        expect(column.length).toBe(total);
        expect(column.copy(0, total).every((value, i) => value === i)).toBe(true);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it("reads, sets and copies across chunks", () => {
    const column = new Column((length) => new Float64Array(length));
    column.append(counting(2 * CHUNK_LENGTH + 5));
    column.push(7);

    column.set(CHUNK_LENGTH, -1);

    expect(column.length).toBe(2 * CHUNK_LENGTH + 6);
    expect(column.at(CHUNK_LENGTH - 1)).toBe(CHUNK_LENGTH - 1);
    expect([...column.copy(CHUNK_LENGTH - 1, CHUNK_LENGTH + 2)]).toEqual([CHUNK_LENGTH - 1, -1, CHUNK_LENGTH + 1]);
    expect([...column.copy(2 * CHUNK_LENGTH + 4, 1e9)]).toEqual([2 * CHUNK_LENGTH + 4, 7]);
    expect(column.copy(3, 3)).toHaveLength(0);
    expect(column.copy(-5, 2)).toEqual(counting(2));
  });

  it("takes every stride-th value from an offset on", () => {
    const column = new Column((length) => new Uint8Array(length));

    column.append([1, 2, 3, 4, 5, 6, 7], 1, 3);
    column.append([1, 2], 5);

    expect([...column.copy(0, 9)]).toEqual([2, 5]);
    expect(() => column.append([1], 0, 0)).toThrow(RangeError);
  });

  it("takes little memory while it is short, and a chunk at a time when it is long", () => {
    const column = new Column((length) => new Float32Array(length));
    expect(column.bytes).toBe(0);

    column.append([1]);
    expect(column.bytes).toBe(4 * 8);

    column.append(new Float32Array(CHUNK_LENGTH));
    expect(column.bytes).toBe(4 * 2 * CHUNK_LENGTH);
  });

  it("never moves a chunk that is full", () => {
    const column = new Column((length) => new Float32Array(length));
    column.append(new Float32Array(CHUNK_LENGTH));
    const chunk = column.chunkOf(0);

    column.append(new Float32Array(5 * CHUNK_LENGTH));

    expect(column.chunkOf(CHUNK_LENGTH - 1)).toBe(chunk);
  });
});
