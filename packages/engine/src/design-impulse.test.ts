import { describe, expect, it } from "vitest";

import { designImpulse } from "./design-impulse.ts";
import { fitRecordings, type LabelledRecording } from "./fit-recordings.ts";
import { labelWhole, type LabelSpan } from "./label-spans.ts";
import type { ImpulseDesign } from "./training-windows.ts";

/** Settings of the only block that is designed. */
function settingsOf({ blocks }: ImpulseDesign) {
  const [block] = blocks;
  if (block?.parameters.type !== "spectral-analysis" || !("fftLength" in block.parameters))
    throw new Error("It is another block.");
  return block.parameters;
}

interface Made {
  readonly label?: string;
  readonly seconds?: number;
  readonly hertz?: number;
  readonly axes?: readonly string[];
  readonly deviation?: number;
  readonly spans?: readonly LabelSpan[];
}

/** A sine on all axes. */
function record({ label = "a", seconds = 10, hertz = 50, axes = ["x", "y", "z"], deviation = 3, spans }: Made = {}) {
  const count = Math.round(seconds * hertz);
  const readings = Float32Array.from(
    { length: count * axes.length },
    (_, i) => deviation * Math.SQRT2 * Math.sin(i / 7),
  );
  return {
    spans: spans ?? labelWhole(label, count),
    axes,
    intervalMs: 1000 / hertz,
    readings,
  } satisfies LabelledRecording;
}

describe("designImpulse", () => {
  it("gives long recordings windows of 2 s, 25 steps in each, and thresholds as Studio has them", () => {
    expect(designImpulse("motion", [record(), record({ label: "b" })])).toEqual({
      name: "motion",
      input: { axes: ["x", "y", "z"], frequencyHz: 50, windowSizeMs: 2000, windowIncreaseMs: 80, padZeros: false },
      blocks: [
        {
          parameters: {
            type: "spectral-analysis",
            version: 2,
            scaleAxes: 1,
            filterType: "none",
            filterCutoffHz: 0,
            filterOrder: 0,
            fftLength: 32,
            doLog: true,
            doFftOverlap: true,
          },
        },
      ],
      minimumConfidence: 0.6,
      anomalyThreshold: 0.3,
    });
  });

  it("takes the axes and the frequency that most readings have, whatever most recordings have", () => {
    const few = [1, 2, 3].map(() => record({ seconds: 2, axes: ["gyroX"], hertz: 10 }));
    const long = record({ seconds: 60, axes: ["x", "y"], hertz: 100 });

    expect(designImpulse("d", [...few, long]).input).toMatchObject({ axes: ["x", "y"], frequencyHz: 100 });
  });

  it("takes clocks that differ a little for one frequency, and a nearly whole frequency for whole", () => {
    const clocks = [9.99, 10.00001, 10.03].map((intervalMs) => ({ ...record({ hertz: 100 }), intervalMs }));
    const slower = record({ hertz: 50, seconds: 15 });

    const { input } = designImpulse("d", [...clocks, slower]);

    expect(input.frequencyHz).toBeCloseTo(100, 0);
    expect(fitRecordings(input, [...clocks, slower]).fitting).toHaveLength(3);
    expect(designImpulse("d", [{ ...record({ hertz: 100 }), intervalMs: 10.0002 }]).input.frequencyHz).toBe(100);
  });

  it("shortens the window where the recordings of one label are short", () => {
    const short = Array.from({ length: 10 }, () => record({ label: "tap", seconds: 1.2 }));

    expect(designImpulse("d", [record(), ...short]).input).toMatchObject({ windowSizeMs: 800, windowIncreaseMs: 40 });
  });

  it("does not mind a few very short recordings among long ones", () => {
    expect(designImpulse("d", [record(), record(), record({ seconds: 0.3 })]).input.windowSizeMs).toBe(2000);
  });

  it("shortens the window where labels follow each other within a recording", () => {
    const spans = ["a", "b", "a", "b"].map((label, i) => ({ startIndex: 400 * i, endIndex: 400 * i + 399, label }));
    const cut = spans.flatMap(({ startIndex, label }) => [
      { startIndex, endIndex: startIndex + 99, label },
      { startIndex: startIndex + 100, endIndex: startIndex + 399, label },
    ]);

    expect(designImpulse("d", [record({ seconds: 32, spans })]).input.windowSizeMs).toBe(1000);
    expect(designImpulse("d", [record({ seconds: 32, spans: cut })]).input.windowSizeMs).toBe(1000);
  });

  it("gives slow sensors longer windows, and fast ones a longer transform within bounds", () => {
    const slow = designImpulse("d", [record({ hertz: 2, seconds: 120 })]);
    const fast = designImpulse("d", [record({ hertz: 4000, axes: ["x"] })]);
    const wide = designImpulse("d", [record({ hertz: 4000, axes: ["1", "2", "3", "4", "5", "6"], seconds: 3 })]);

    expect(slow.input.windowSizeMs).toBe(16_000);
    expect([slow, fast, wide].map((design) => settingsOf(design).fftLength)).toEqual([16, 256, 128]);
  });

  it("takes a shorter transform for windows of few readings", () => {
    const design = designImpulse("d", [record({ hertz: 10, seconds: 1.5 })]);

    expect(design.input.windowSizeMs).toBe(1000);
    expect(settingsOf(design).fftLength).toBe(8);
  });

  it("moves on faster where there would be too many windows, but leaves nothing out", () => {
    const hours = designImpulse("d", [record({ hertz: 5, seconds: 60_000, axes: ["x"] })]);
    const halfAnHour = designImpulse("d", [record({ hertz: 50, seconds: 1800, axes: ["x"] })]);

    expect(hours.input.windowIncreaseMs).toBe(hours.input.windowSizeMs);
    expect(halfAnHour.input.windowIncreaseMs).toBe(300);
  });

  it.each([
    { deviation: 3, scale: 1 },
    { deviation: 0.07, scale: 10 },
    { deviation: 0.002, scale: 1000 },
    { deviation: 1200, scale: 0.01 },
    { deviation: 0, scale: 1 },
  ])("scales readings that deviate by $deviation by $scale", ({ deviation, scale }) => {
    expect(settingsOf(designImpulse("d", [record({ deviation })])).scaleAxes).toBe(scale);
  });

  it.each([
    { what: "nothing", given: [], message: "nothing to design" },
    { what: "recordings without labels", given: [record({ spans: [] })], message: "nothing to design" },
    { what: "recordings of a few readings", given: [record({ seconds: 0.1 })], message: "too short" },
    {
      what: "readings that are no measurements",
      given: [{ ...record(), readings: new Float32Array(300).fill(NaN) }],
      message: "Its reading 0 holds NaN",
    },
  ])("refuses $what", ({ given, message }) => {
    expect(() => designImpulse("d", given)).toThrow(message);
  });
});

describe("fitRecordings", () => {
  const input = { axes: ["x", "y"], frequencyHz: 50 };

  it("brings axes into the impulse's order and leaves others out", () => {
    const swapped = { ...record({ axes: ["z", "y", "x"] }), readings: Float32Array.of(3, 2, 1, 6, 5, 4) };

    const { fitting, misfits } = fitRecordings(input, [swapped]);

    expect([...(fitting[0]?.readings ?? [])]).toEqual([1, 2, 4, 5]);
    expect(misfits).toEqual([]);
  });

  it("says which recordings do not fit, and why", () => {
    const torn = { ...record(), readings: new Float32Array(7) };
    const given = [record({ axes: ["x"] }), record(), record({ hertz: 62.5 }), { ...record(), intervalMs: NaN }, torn];

    expect(fitRecordings(input, given).misfits).toEqual([
      { index: 0, reason: "It has the axes x and lacks y." },
      { index: 2, reason: "It was made at 62.5 Hz, not at 50 Hz. Record it at 50 Hz, or resample it." },
      { index: 3, reason: "It was made at NaN Hz, not at 50 Hz. Record it at 50 Hz, or resample it." },
      { index: 4, reason: "It ends within reading 2: 7 numbers for 3 axes." },
    ]);
  });
});
