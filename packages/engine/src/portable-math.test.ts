import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { cosOfTurns, exp, log } from "./portable-math.ts";

/** Largest difference in steps of the expected number's last place, over many numbers. */
function worstError(from: number, to: number, ours: (x: number) => number, theirs: (x: number) => number): number {
  let worst = 0;
  for (let i = 0; i <= 100_000; i++) {
    const x = from + (to - from) * (i / 100_000);
    const expected = theirs(x);
    const lastPlace = 2 ** (Math.floor(Math.log2(Math.abs(expected) || Number.MIN_VALUE)) - 52);
    worst = Math.max(worst, Math.abs(ours(x) - expected) / Math.max(lastPlace, 2 ** -1074));
  }
  return worst;
}

describe("exp", () => {
  it.each([
    [-745, -700],
    [-40, 40],
    [-1e-3, 1e-3],
    [700, 709.7],
  ])("is within two last places of Math.exp from %d to %d", (from, to) => {
    expect(worstError(from, to, exp, Math.exp)).toBeLessThan(2);
  });

  it("knows its ends", () => {
    expect([exp(0), exp(-0), exp(-746), exp(710), exp(-Infinity), exp(Infinity), exp(NaN)]).toEqual([
      1,
      1,
      0,
      Infinity,
      0,
      Infinity,
      NaN,
    ]);
  });

  it("gives these bits everywhere", () => {
    expect([exp(1), exp(-0.5), exp(-20.25), exp(3.75)].map(String)).toEqual([
      "2.7182818284590455",
      "0.6065306597126334",
      "1.6052280551856116e-9",
      "42.52108200006278",
    ]);
  });
});

describe("log", () => {
  it.each([
    [1e-12, 1],
    [0.9, 1.1],
    [1, 1e6],
    [1e300, 1e308],
  ])("is within two last places of Math.log from %d to %d", (from, to) => {
    expect(worstError(from, to, log, Math.log)).toBeLessThan(2);
  });

  it("knows its ends", () => {
    expect([log(1), log(0), log(-1), log(Infinity), log(NaN), log(Number.MIN_VALUE), log(Number.MAX_VALUE)]).toEqual([
      0,
      -Infinity,
      NaN,
      Infinity,
      NaN,
      Math.log(Number.MIN_VALUE),
      Math.log(Number.MAX_VALUE),
    ]);
  });

  it("undoes exp", () => {
    fc.assert(fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => Math.abs(log(exp(x)) - x) < 1e-12));
  });

  it("gives these bits everywhere", () => {
    expect([log(2), log(0.3), log(1e-9), log(123.456)].map(String)).toEqual([
      "0.6931471805599453",
      "-1.2039728043259361",
      "-20.72326583694641",
      "4.815884817283264",
    ]);
  });
});

describe("cosOfTurns", () => {
  it("is the cosine over the whole turn", () => {
    let worst = 0;
    for (let i = 0; i <= 100_000; i++) {
      const turns = i / 100_000;
      worst = Math.max(worst, Math.abs(cosOfTurns(turns) - Math.cos(2 * Math.PI * turns)));
    }

    expect(worst).toBeLessThan(1e-15);
    expect([0, 0.25, 0.5, 0.75, 1].map((turns) => cosOfTurns(turns) + 0)).toEqual([1, 0, -1, 0, 1]);
  });

  it("gives these bits everywhere", () => {
    expect([0.1, 0.2, 0.4, 0.9].map((turns) => String(cosOfTurns(turns)))).toEqual([
      "0.8090169943749475",
      "0.30901699437494734",
      "-0.8090169943749475",
      "0.8090169943749475",
    ]);
  });
});
