import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { resample, resampledCount } from "./resample.ts";

const signal = Float32Array.of(1, 4, -2, 7, 3, -5, 6, 2, 0, 8);

describe("resample", () => {
  it.each([
    {
      count: 15,
      wanted: [
        ...[1.00060617, 4.35728861, 1.84181957, -2.00121235, 3.13227069, 8.77454433, 3.00181852, -5.00315519],
        ...[-2.02009359, 6.00363704, 5.45326679, -1.10571049, 0, 6.99219715, 6.29297548],
      ],
    },
    { count: 4, wanted: [0.896436219, 3.01838087, 0.808680856, 3.13252348] },
    { count: 10, wanted: [...signal] },
  ])("makes $count readings of 10 as SciPy does", ({ count, wanted }) => {
    const resampled = resample(signal, 1, count);

    expect(resampled.length).toBe(count);
    wanted.forEach((value, i) => expect(resampled[i]).toBeCloseTo(value, 6));
  });

  it("treats every axis as if it were alone", () => {
    const axes = fc.array(fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 5, maxLength: 5 }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(axes, fc.integer({ min: 1, max: 12 }), (columns, count) => {
        const together = Float32Array.from({ length: 5 * columns.length }, (_, i) =>
          Number(columns[i % columns.length]?.[Math.floor(i / columns.length)]),
        );

        const resampled = resample(together, columns.length, count);

        columns.forEach((column, axis) => {
          const alone = resample(Float32Array.from(column), 1, count);
          expect(resampled.filter((_, i) => i % columns.length === axis)).toEqual(alone);
        });
      }),
    );
  });

  it("keeps a slow sine what it was, away from the ends", () => {
    const sine = (hertz: number) => (_: unknown, i: number) => Math.sin((2 * Math.PI * 2 * i) / hertz);

    const resampled = resample(Float32Array.from({ length: 400 }, sine(100)), 1, resampledCount(400, 100, 62.5));

    const wanted = Float32Array.from({ length: 250 }, sine(62.5));
    expect(resampled.length).toBe(250);
    for (let i = 30; i < 220; i++) expect(resampled[i]).toBeCloseTo(wanted[i] as number, 2);
  });

  it("keeps a sine in a recording too long for a table of weights", () => {
    const sine = (_: unknown, i: number) => Math.sin((2 * Math.PI * 3 * i) / 119);
    const count = 200_003;
    const newCount = resampledCount(count, 119, 62.5);
    const resampled = resample(Float32Array.from({ length: count }, sine), 1, newCount);

    expect(resampled.length).toBe(newCount);
    for (let i = 50; i < newCount - 50; i += 997) {
      expect(resampled[i]).toBeCloseTo(Math.sin((2 * Math.PI * 3 * i * (count / newCount)) / 119), 2);
    }
  });

  it.each([
    { readings: signal, axisCount: 3, newCount: 5, message: "readings.length / axisCount is 3.33" },
    { readings: signal, axisCount: 1, newCount: 0, message: "newCount is 0" },
    { readings: new Float32Array(0), axisCount: 1, newCount: 5, message: "readings.length / axisCount is 0" },
  ])("refuses $newCount readings of $axisCount axes", ({ readings, axisCount, newCount, message }) => {
    expect(() => resample(readings, axisCount, newCount)).toThrow(message);
  });
});

describe("resampledCount", () => {
  it("rounds up, to one reading at least", () => {
    expect(resampledCount(100, 100, 62.5)).toBe(63);
    expect(resampledCount(3, 1000, 1)).toBe(1);
  });
});
