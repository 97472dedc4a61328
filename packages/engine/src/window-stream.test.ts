import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { WindowStream, type WindowLayout } from "./window-stream.ts";
import { planWindows } from "./windows.ts";

/** The bits of every window of a stream, with the stream pushed in pieces that end at `cuts`. */
function collect(layout: WindowLayout, readings: Float32Array, cuts: readonly number[]): string[] {
  const windows: string[] = [];
  const values = layout.windowReadings * layout.axisCount;
  const stream = new WindowStream(layout, (buffer, first, window) => {
    expect(window).toBe(windows.length);
    windows.push(bitsOf(buffer.subarray(first * layout.axisCount, first * layout.axisCount + values)));
  });
  const ends = [...cuts.map((cut) => Math.floor(cut * readings.length)), readings.length].sort((a, b) => a - b);
  let from = 0;
  let count = 0;
  for (const end of ends) {
    count += stream.push(readings.subarray(from, end));
    from = end;
  }
  count += stream.end();
  expect(count).toBe(windows.length);
  return windows;
}

/** The same of the whole recording. */
function slice(layout: WindowLayout, readings: Float32Array): string[] {
  const { axisCount, windowReadings, increaseReadings, padZeros } = layout;
  const { count } = planWindows(
    { readingCount: readings.length / axisCount, intervalMs: 1 },
    { sizeMs: windowReadings, increaseMs: increaseReadings, padZeros },
  );
  return Array.from({ length: count }, (_, w) => {
    const first = w * increaseReadings * axisCount;
    return bitsOf(Float32Array.from({ length: windowReadings * axisCount }, (_, i) => readings[first + i] ?? 0));
  });
}

function bitsOf({ buffer, byteOffset, byteLength }: Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
}

const layouts = fc.record({
  axisCount: fc.integer({ min: 1, max: 4 }),
  windowReadings: fc.integer({ min: 1, max: 700 }),
  increaseReadings: fc.integer({ min: 1, max: 900 }),
  padZeros: fc.boolean(),
});
const motion: WindowLayout = { axisCount: 3, windowReadings: 125, increaseReadings: 5, padZeros: false };

describe("WindowStream", () => {
  it("gives the windows of the whole recording, bit by bit, however its readings are cut into pieces", () => {
    fc.assert(
      fc.property(
        layouts,
        fc.nat({ max: 4000 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }),
        (layout, readingCount, cuts) => {
          const readings = Float32Array.from({ length: readingCount * layout.axisCount }, (_, i) => Math.sin(i) * i);

          expect(collect(layout, readings, cuts)).toEqual(slice(layout, readings));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("loses its first window, and no other, when a stream starts one increase later", () => {
    fc.assert(
      fc.property(layouts, fc.integer({ min: 0, max: 3000 }), (layout, readingCount) => {
        const { axisCount, windowReadings, increaseReadings } = layout;
        fc.pre(readingCount >= windowReadings + increaseReadings);
        const readings = Float32Array.from({ length: readingCount * axisCount }, (_, i) => Math.cos(i));

        const all = collect(layout, readings, []);

        expect(collect(layout, readings.subarray(increaseReadings * axisCount), [])).toEqual(all.slice(1));
      }),
      { numRuns: 30 },
    );
  });

  it.each([NaN, Infinity, -Infinity])("refuses %s with its reading, and takes nothing of that piece", (value) => {
    const windows: number[] = [];
    const stream = new WindowStream(motion, (_, __, window) => windows.push(window));
    stream.push(new Float32Array(100 * 3));
    const broken = new Float32Array(60 * 3);
    broken[31] = value;

    expect(() => stream.push(broken)).toThrow(
      `readings[331], axis 1 of reading 110, is ${value}; it has to be a finite number.`,
    );
    expect(windows).toEqual([]);
    expect(stream.push(new Float32Array(25 * 3))).toBe(1);
  });

  it("begins anew after its end", () => {
    const stream = new WindowStream({ ...motion, padZeros: true }, () => undefined);

    expect(stream.push(new Float32Array(130 * 3))).toBe(2);
    expect(stream.end()).toBe(0);
    expect(stream.push(new Float32Array(124 * 3))).toBe(0);
    expect(stream.end()).toBe(1);
    expect(stream.end()).toBe(0);
  });

  it("refuses to end in the middle of a reading", () => {
    const stream = new WindowStream(motion, () => undefined);
    stream.push(new Float32Array(7));

    expect(() => stream.end()).toThrow("The stream ends within reading 2: 7 numbers for 3 axes.");
  });

  it.each([
    { windowReadings: 0, message: "windowReadings is 0" },
    { increaseReadings: 2.5, message: "increaseReadings is 2.5" },
    { axisCount: NaN, message: "axisCount is NaN" },
  ])("refuses a layout of which $message", ({ message, ...layout }) => {
    expect(() => new WindowStream({ ...motion, ...layout }, () => undefined)).toThrow(message);
  });

  it("keeps nothing of a million windows", () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    let sum = 0;
    const stream = new WindowStream(motion, (readings, first) => {
      sum += readings[first * 3] as number;
    });
    const piece = Float32Array.from({ length: 5 * 3 * 1000 }, (_, i) => i % 7);
    let windows = stream.push(piece);
    collectGarbage();
    const before = process.memoryUsage();

    while (windows < 1_000_000) windows += stream.push(piece);
    collectGarbage();
    const after = process.memoryUsage();

    expect(sum).toBeGreaterThan(0);
    expect(after.heapUsed - before.heapUsed).toBeLessThan(200_000);
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(200_000);
  });
});
