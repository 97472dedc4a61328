import { expect, it } from "vitest";

import { toFeatureText } from "./copy-text.ts";

it("writes numbers with commas between them, as short as single precision allows", () => {
  expect(toFeatureText(Float32Array.of(0.1, -19.88, 0, 3, 1 / 3, 16777215))).toBe(
    "0.1, -19.88, 0, 3, 0.33333334, 16777215",
  );
});

it("loses nothing that single precision has", () => {
  let state = 7;
  const values = Float32Array.from({ length: 2000 }, () => {
    state = (state * 48271) % 2147483647;
    return (state / 2147483647 - 0.5) * 10 ** ((state % 24) - 12);
  });

  expect(Float32Array.from(toFeatureText(values).split(", "), Number)).toEqual(values);
});

it("writes 0 for a reading that is missing, since no tool takes a word there", () => {
  expect(toFeatureText([1, NaN, Infinity])).toBe("1, 0, 0");
});
