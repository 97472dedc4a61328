import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { Steps } from "./steps.ts";

function valuesOf(steps: Steps): number[] {
  return Array.from({ length: steps.length }, (_, i) => steps.at(i));
}

describe("Steps", () => {
  it("gives back exactly what was appended, in whatever parts", () => {
    const regular = fc
      .tuple(fc.double({ noNaN: true }), fc.double({ noNaN: true }), fc.nat(40))
      .map(([first, step, count]) => Array.from({ length: count }, (_, i) => first + i * step));
    const parts = fc.array(fc.oneof(regular, fc.array(fc.double(), { maxLength: 10 })), { maxLength: 5 });

    fc.assert(
      fc.property(parts, (appended) => {
        const steps = new Steps();
        for (const part of appended) steps.append(part);

        expect(valuesOf(steps)).toEqual(appended.flat());
      }),
    );
  });

  it.each([[[-9.9e291, -Infinity]], [[Infinity, NaN, NaN]], [[-1.7e308, 1.7e308]], [[-0, -0]], [[NaN, NaN]]])(
    "gives back %s",
    (values) => {
      const steps = new Steps();
      steps.append(values);

      expect(valuesOf(steps)).toEqual(values);
    },
  );

  it("takes no room while the numbers are evenly spaced, and keeps them all when they no longer are", () => {
    const steps = new Steps();
    steps.append(Float64Array.from({ length: 100_000 }, (_, i) => 500 + i * 62.5));
    expect(steps.bytes).toBe(0);

    steps.append([1e9]);

    expect(steps.bytes).toBeGreaterThan(800_000);
    expect([steps.at(0), steps.at(99_999), steps.at(100_000)]).toEqual([500, 500 + 99_999 * 62.5, 1e9]);
  });
});
