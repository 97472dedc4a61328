import { describe, expect, it } from "vitest";

import { waveletFilters, waveletNames } from "./wavelet-filters.ts";

/** How many of its first moments a wavelet's high-pass filter has to lack. */
function vanishingMoments(name: string): number {
  if (name === "haar") return 1;
  // Of the ten roots at -1 that 5.5 is named for, one filter has six and the other four.
  if (name.endsWith("5.5")) return name === "bior5.5" ? 6 : 4;
  const [first, second] = name.replace(/^\D+/, "").split(".").map(Number) as [number, number?];
  if (name.startsWith("coif")) return 2 * first;
  return name.startsWith("rbio") ? (second as number) : first;
}

function convolve(a: ArrayLike<number>, b: ArrayLike<number>): number[] {
  const product = Array<number>(a.length + b.length - 1).fill(0);
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < b.length; j++)
      product[i + j] = (product[i + j] as number) + (a[i] as number) * (b[j] as number);
  }
  return product;
}

const alternate = (filter: Float64Array, first: 1 | -1) =>
  filter.map((value, i) => (i % 2 === 0 ? first : -first) * value);

describe("waveletFilters", () => {
  it("has every wavelet that Studio has", () => {
    expect(waveletNames()).toHaveLength(1 + 9 + 9 + 3 + 15 + 15);
  });

  it.each(waveletNames())("takes a signal apart with %s so that it can be put together again", (name) => {
    const { decomposeLow, decomposeHigh } = waveletFilters(name);
    const reconstructLow = alternate(decomposeHigh, -1);
    const reconstructHigh = alternate(decomposeLow, 1);

    const low = convolve(decomposeLow, reconstructLow);
    const high = convolve(decomposeHigh, reconstructHigh);
    const whole = low.map((value, i) => value + (high[i] as number));
    const lowAlias = convolve(alternate(decomposeLow, 1), reconstructLow);
    const highAlias = convolve(alternate(decomposeHigh, 1), reconstructHigh);

    expect(decomposeLow.length).toBe(decomposeHigh.length);
    expect(decomposeLow.reduce((sum, value) => sum + value)).toBeCloseTo(Math.SQRT2, 12);
    whole.forEach((value, i) => expect(value).toBeCloseTo(i === decomposeLow.length - 1 ? 2 : 0, 12));
    lowAlias.forEach((value, i) => expect(value + (highAlias[i] as number)).toBeCloseTo(0, 12));
  });

  it.each(waveletNames())("has the vanishing moments of %s", (name) => {
    const { decomposeHigh } = waveletFilters(name);
    const middle = decomposeHigh.length / 2;

    for (let order = 0; order < vanishingMoments(name); order++) {
      const terms = [...decomposeHigh].map((value, i) => value * (i - middle) ** order);
      const size = terms.reduce((sum, term) => sum + Math.abs(term), 0);
      const moment = terms.reduce((sum, term) => sum + term, 0);
      expect(Math.abs(moment) / size, `moment ${order}`).toBeLessThan(1e-12);
    }
  });

  it.each(waveletNames().filter((name) => /^(haar|db|sym|coif)/.test(name)))("is orthonormal for %s", (name) => {
    const { decomposeLow } = waveletFilters(name);

    for (let shift = 0; shift < decomposeLow.length; shift += 2) {
      const product = decomposeLow.reduce((sum, value, i) => sum + value * (decomposeLow[i + shift] ?? 0), 0);
      expect(product).toBeCloseTo(shift === 0 ? 1 : 0, 12);
    }
  });

  // Every one of these families has mirrored twins, and symlets many relatives, with the same properties.
  it.each([
    { name: "db2", first: [-0.12940952255092145, 0.22414386804185735, 0.836516303737469, 0.48296291314469025] },
    { name: "sym4", first: [-0.07576571478927333, -0.02963552764599851, 0.49761866763201545] },
    { name: "sym5", first: [0.027333068345077982, 0.029519490925774643, -0.039134249302383094] },
    { name: "sym9", first: [0.0014009155259146807, 0.0006197808889855868, -0.013271967781817119] },
    { name: "coif1", first: [-0.015655728135791993, -0.07273261951252645, 0.3848648468648578] },
    { name: "bior1.1", first: [Math.SQRT1_2, Math.SQRT1_2] },
    { name: "bior2.2", first: [0, -0.1767766952966369, 0.3535533905932738, 1.0606601717798214] },
    { name: "bior5.5", first: [0, 0, 0.03968708834740544, 0.007948108637240322] },
    { name: "rbio1.3", first: [0, 0, 0.7071067811865476, 0.7071067811865476, 0, 0] },
  ])("is the $name that PyWavelets means", ({ name, first }) => {
    const { decomposeLow } = waveletFilters(name);

    first.forEach((value, i) => expect(decomposeLow[i]).toBeCloseTo(value, 9));
  });

  it("refuses a wavelet that Studio does not have", () => {
    expect(() => waveletFilters("db11")).toThrow("wavelet is db11; it has to be one of haar, db2");
  });
});
