import { describe, expect, it } from "vitest";

import { readRegression } from "./regression.ts";

describe("readRegression", () => {
  it("is right within the maximum error", () => {
    const reading = readRegression(21.5, "20", 2);
    expect(reading).toMatchObject({ value: 21.5, expected: 20, error: 1.5, isMismatch: false });
  });

  it("is wrong beyond it, and beyond 0 when nobody says", () => {
    expect(readRegression(22.5, "20", 2).isMismatch).toBe(true);
    expect(readRegression(20.1, "20").isMismatch).toBe(true);
    expect(readRegression(20, "20").isMismatch).toBe(false);
  });

  it("puts everything on one scale, in order", () => {
    const { value, expected, band } = readRegression(30, "20", 2).scale;
    const places = [0, band?.from, expected, band?.to, value, 1];
    expect(places).toEqual([...places].sort((a, b) => a! - b!));
    expect(new Set(places).size).toBe(6);
  });

  it.each([undefined, "", " ", "wave"])("says nothing about the label %s", (label) => {
    expect(readRegression(3, label, 1)).toEqual({ value: 3, scale: { value: 0.5 } });
  });
});
