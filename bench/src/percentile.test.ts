import { describe, expect, it } from "vitest";

import { percentile } from "./percentile.ts";

describe("percentile", () => {
  it("is the smallest figure that the share does not exceed, in whatever order they come", () => {
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);

    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile(hundred, 1)).toBe(100);
    expect(percentile([7], 0.99)).toBe(7);
  });

  it("throws when nothing was measured", () => {
    expect(() => percentile([], 0.99)).toThrow(RangeError);
  });
});
