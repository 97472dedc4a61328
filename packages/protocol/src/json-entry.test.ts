import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { decodeEntries, encodeReadings, encodeRun, encodeWindows, VERDICT, type Entry } from "./entry.ts";
import { BadMessageError } from "./json-checks.ts";
import { fromJsonEntry, toJsonEntry, type JsonEntry } from "./json-entry.ts";
import type { Run } from "./run.ts";

const run: Run = {
  runId: "r1",
  projectId: 1,
  sampleId: 2,
  sampleName: "idle.0",
  expectedLabel: "idle",
  state: "waiting",
  createdAt: "2026-01-01T00:00:00.000Z",
  windows: 0,
  verdicts: {},
  comparable: 0,
  matching: 0,
};

function decode(entry: Uint8Array<ArrayBuffer>): Entry {
  return decodeEntries(entry)[0] as Entry;
}

/** Over the wire as text and back. */
function viaText(entry: Entry): Entry {
  return fromJsonEntry(JSON.parse(JSON.stringify(toJsonEntry(entry))));
}

const windows = decode(
  encodeWindows(
    { log: 3, seq: 2 },
    {
      first: 7,
      classCount: 2,
      startMs: Float64Array.of(560, 640.5),
      endMs: Float64Array.of(2560, 2640.5),
      scores: Float64Array.of(0.25, 0.75, 0.1, 0.9),
      anomaly: Float32Array.of(-0.5, NaN),
      verdicts: Uint8Array.of(1, VERDICT.uncertain),
    },
  ),
);
const readings = decode(
  encodeReadings({ log: 3, seq: 1 }, { first: 4, axisCount: 2, values: Float32Array.of(1, 2, 3, Infinity) }),
);

describe("toJsonEntry", () => {
  it("[P28] writes the columns of windows as lists, and null for a number that is none", () => {
    expect(toJsonEntry(windows)).toEqual({
      kind: "windows",
      log: 3,
      seq: 2,
      first: 7,
      count: 2,
      classCount: 2,
      startMs: [560, 640.5],
      endMs: [2560, 2640.5],
      scores: [0.25, 0.75, 0.1, 0.9],
      anomaly: [-0.5, null],
      verdicts: [1, 254],
    });
  });

  it("[P28] writes readings, runs and entries that it does not know", () => {
    expect(toJsonEntry(readings)).toEqual({
      kind: "readings",
      log: 3,
      seq: 1,
      first: 4,
      count: 2,
      axisCount: 2,
      values: [1, 2, 3, null],
    });
    expect(toJsonEntry(decode(encodeRun({ log: 3, seq: 0 }, run)))).toEqual({ kind: "run", log: 3, seq: 0, run });
    expect(toJsonEntry({ kind: "unknown", log: 3, seq: 4 })).toEqual({ kind: "unknown", log: 3, seq: 4 });
  });
});

describe("fromJsonEntry", () => {
  /** JSON has neither infinity nor a negative zero. */
  const asJsonHasIt = (value: number) => (Number.isFinite(value) ? value + 0 : NaN);
  const float32 = fc.float().map(asJsonHasIt);
  const float64 = fc.double().map(asJsonHasIt);

  it("[P28] gives what the binary form gives, for windows of any numbers", () => {
    const columns = fc
      .record({ count: fc.nat(6), classCount: fc.nat(4), exact: fc.boolean(), first: fc.nat() })
      .chain(({ count, classCount, exact, first }) => {
        const list = (length: number, of: fc.Arbitrary<number>) =>
          fc.array(of, { minLength: length, maxLength: length });
        return fc.record({
          first: fc.constant(first),
          classCount: fc.constant(classCount),
          startMs: list(count, float64).map((numbers) => Float64Array.from(numbers)),
          endMs: list(count, float64).map((numbers) => Float64Array.from(numbers)),
          scores: list(count * classCount, exact ? float32 : float64).map((numbers) => Float64Array.from(numbers)),
          anomaly: list(count, exact ? float32 : float64).map((numbers) => Float64Array.from(numbers)),
          verdicts: list(count, fc.nat(255)).map((numbers) => Uint8Array.from(numbers)),
        });
      });
    fc.assert(
      fc.property(columns, fc.nat(), (windows, seq) => {
        const entry = decode(encodeWindows({ log: 1, seq }, windows));

        expect(viaText(entry)).toEqual(entry);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it("[P28] gives what the binary form gives, for readings and runs", () => {
    const values = fc.array(float32, { maxLength: 20 }).map((numbers) => Float32Array.from(numbers));
    fc.assert(
      fc.property(values, fc.string(), (values, sampleName) => {
        const readings = decode(encodeReadings({ log: 1, seq: 0 }, { first: 0, axisCount: 1, values }));
        const entry = decode(encodeRun({ log: 1, seq: 1 }, { ...run, sampleName }));

        expect(viaText(readings)).toEqual(readings);
        expect(viaText(entry)).toEqual(entry);
      }),
      { seed: 1 },
    );
  });

  it("[P17] makes of a kind that it does not know an entry that only counts", () => {
    expect(fromJsonEntry({ kind: "fanfare", log: 3, seq: 4, loud: true })).toEqual({ kind: "unknown", log: 3, seq: 4 });
    expect(fromJsonEntry({ kind: "toString", log: 3, seq: 4 })).toEqual({ kind: "unknown", log: 3, seq: 4 });
  });

  const good = toJsonEntry(windows);
  it.each<[string, unknown]>([
    ["nothing", null],
    ["a list", []],
    ["no kind", { log: 1, seq: 1 }],
    ["no number of the log", { kind: "fanfare", seq: 1 }],
    ["a sequence number beyond 32 bits", { kind: "fanfare", log: 1, seq: 2 ** 32 }],
    ["a run without a run", { kind: "run", log: 1, seq: 1 }],
    ["a run that is a list", { kind: "run", log: 1, seq: 1, run: [] }],
    ["a count that is too large", { ...good, count: 3 }],
    ["a count of 4 billion", { ...good, count: 2 ** 32 - 1, classCount: 2 ** 32 - 1 }],
    ["a count below 0", { ...good, count: -1 }],
    ["a column that is too short", { ...good, scores: [1, 2, 3] }],
    ["a column that is an object", { ...good, startMs: { length: 2 } }],
    ["a text among the numbers", { ...good, endMs: [1, "2"] }],
    ["a verdict beyond a byte", { ...good, verdicts: [0, 256] }],
    ["a verdict that is no number", { ...good, verdicts: [0, null] }],
    ["readings without values", { ...toJsonEntry(readings), values: undefined }],
  ])("[P28] refuses %s", (_, value) => {
    expect(() => fromJsonEntry(value)).toThrow(BadMessageError);
  });

  it("[P28] throws nothing but BadMessageError, whatever it reads", () => {
    const damaged = fc
      .tuple(
        fc.constantFrom<JsonEntry>(good, toJsonEntry(readings)),
        fc.constantFrom(...Object.keys(good)),
        fc.jsonValue(),
      )
      .map(([entry, key, value]) => ({ ...entry, [key]: value }));
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), damaged), (value) => {
        try {
          fromJsonEntry(value);
        } catch (error) {
          expect(error).toBeInstanceOf(BadMessageError);
        }
      }),
      { numRuns: 1000, seed: 1 },
    );
  });
});
