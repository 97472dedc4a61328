import { describe, expect, it } from "vitest";

import { printHundredths, printNumber } from "./print-number.ts";

describe("printNumber", () => {
  it("writes .0 behind a whole number", () => {
    expect([0, 5, 0.1, 12.75].map(printNumber)).toEqual(["0.0", "5.0", "0.1", "12.75"]);
  });
});

describe("printHundredths", () => {
  // Python's round(value, 2).
  it.each([
    { value: 0.125, wanted: "0.12" },
    { value: 0.375, wanted: "0.38" },
    { value: 1000.625, wanted: "1000.62" },
    { value: 2, wanted: "2.0" },
    { value: 1.999, wanted: "2.0" },
  ])("prints $value as $wanted: of two equally near hundredths the even one", ({ value, wanted }) => {
    expect(printHundredths(value)).toBe(wanted);
  });

  it.each([
    { value: 0.325, wanted: "0.33" },
    { value: 2.275, wanted: "2.27" },
    { value: 2.675, wanted: "2.67" },
    { value: 5.525, wanted: "5.53" },
  ])("prints $value as $wanted, since the number in binary lies just beside the half", ({ value, wanted }) => {
    expect(printHundredths(value)).toBe(wanted);
  });
});
