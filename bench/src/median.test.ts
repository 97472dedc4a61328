import { describe, expect, it } from "vitest";

import { median } from "./median.ts";

describe("median", () => {
  it("is the middle one of an odd number, whatever their order", () => {
    expect(median([1000, 2, 3])).toBe(3);
  });

  it("is halfway between the middle two of an even number", () => {
    expect(median([4, 1, 3, 100])).toBe(3.5);
  });

  it("throws a RangeError when nothing was measured", () => {
    expect(() => median([])).toThrow(RangeError);
  });
});
