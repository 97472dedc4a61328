import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  decodeEntries,
  encodeReadings,
  encodeRun,
  encodeWindows,
  MalformedEntryError,
  VERDICT,
  type WindowColumns,
} from "./entry.ts";
import type { Run } from "./run.ts";

const run: Run = {
  runId: "r1",
  projectId: 1,
  sampleId: 2,
  sampleName: "idle.0 – größer",
  expectedLabel: "idle",
  state: "waiting",
  createdAt: "2026-01-01T00:00:00.000Z",
  windows: 0,
  verdicts: {},
  comparable: 0,
  matching: 0,
};

const windows: WindowColumns = {
  first: 7,
  classCount: 2,
  startMs: Float64Array.of(560, 640.5),
  endMs: Float64Array.of(2560, 2640.5),
  scores: Float32Array.of(0.25, 0.75, 0.5, 0.5),
  anomaly: Float32Array.of(-0.5, NaN),
  verdicts: Uint8Array.of(1, VERDICT.uncertain),
};

function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Nothing else may happen, and no column is longer than the message. */
function expectEntriesOrMalformed(bytes: Uint8Array<ArrayBuffer>): void {
  try {
    for (const entry of decodeEntries(bytes)) {
      for (const column of Object.values(entry) as unknown[]) {
        if (ArrayBuffer.isView(column)) expect(column.byteLength).toBeLessThanOrEqual(bytes.length);
      }
    }
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedEntryError);
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

describe("decodeEntries", () => {
  it("[P2] reads the entries of one message in their order", () => {
    const message = concat(
      encodeRun({ log: 3, seq: 0 }, run),
      encodeReadings({ log: 3, seq: 1 }, { first: 0, axisCount: 3, values: Float32Array.of(1, 2, 3, 4, 5, 6) }),
      encodeWindows({ log: 3, seq: 2 }, windows),
    );

    expect(decodeEntries(message)).toEqual([
      { kind: "run", log: 3, seq: 0, run },
      {
        kind: "readings",
        log: 3,
        seq: 1,
        first: 0,
        count: 2,
        axisCount: 3,
        values: Float32Array.of(1, 2, 3, 4, 5, 6),
      },
      { kind: "windows", log: 3, seq: 2, count: 2, ...windows },
    ]);
  });

  it("[P17] skips a kind and a version that it does not know, and counts their numbers", () => {
    const unknownKind = encodeRun({ log: 3, seq: 4 }, run);
    unknownKind[0] = 99;
    const unknownVersion = encodeRun({ log: 3, seq: 5 }, run);
    unknownVersion[1] = 2;

    expect(decodeEntries(concat(unknownKind, unknownVersion))).toEqual([
      { kind: "unknown", log: 3, seq: 4 },
      { kind: "unknown", log: 3, seq: 5 },
    ]);
  });

  it("reads a message that does not begin at an 8-byte boundary", () => {
    const entry = encodeWindows({ log: 1, seq: 1 }, windows);
    const shifted = new Uint8Array(entry.length + 3).subarray(3);
    shifted.set(entry);

    expect(decodeEntries(shifted)).toEqual(decodeEntries(entry));
  });

  it("reads a message that stands somewhere in a Buffer of Node", () => {
    const entry = encodeWindows({ log: 1, seq: 1 }, windows);
    const buffer = Buffer.from(concat(new Uint8Array(3), entry).buffer).subarray(3);

    expect(decodeEntries(buffer)).toEqual(decodeEntries(entry));
  });

  it("refuses any bytes that are not whole entries, and takes no memory for what they claim to hold", () => {
    const kind = fc.constantFrom(1, 2, 5, 6, 255);
    const number = fc.oneof(fc.constantFrom(0, 1, 2, 2 ** 16, 2 ** 31, 2 ** 32 - 1), fc.nat(64));
    // Bytes with a header that is good at first sight: whatever is claimed, there are at most 128 bytes.
    const claims = fc.record({
      kind,
      flags: fc.nat(3),
      count: number,
      width: number,
      body: fc.uint8Array({ maxLength: 96 }),
    });
    fc.assert(
      fc.property(claims, ({ kind, flags, count, width, body }) => {
        const bytes = new Uint8Array(32 + Math.floor(body.length / 8) * 8);
        bytes.set(body.subarray(0, bytes.length - 32), 32);
        bytes.set([kind, 1, flags]);
        const view = new DataView(bytes.buffer);
        for (const [at, value] of [
          [4, bytes.length],
          [20, count],
          [24, width],
        ] as const)
          view.setUint32(at, value, true);
        expectEntriesOrMalformed(bytes);
      }),
      { numRuns: 2000, seed: 1 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => expectEntriesOrMalformed(new Uint8Array(bytes))),
      { numRuns: 1000, seed: 1 },
    );
  });

  it("refuses damaged entries, or reads them as others", () => {
    const entry = encodeWindows({ log: 1, seq: 1 }, windows);
    const change = fc.record({ at: fc.nat(entry.length - 1), value: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), fc.nat(entry.length), (changes, length) => {
        const damaged = entry.slice(0, length);
        for (const { at, value } of changes) if (at < length) damaged[at] = value;
        expectEntriesOrMalformed(damaged);
      }),
      { numRuns: 2000, seed: 1 },
    );
    expect(() => decodeEntries(entry.slice(0, -8))).toThrow(MalformedEntryError);
  });
});

describe("encodeWindows", () => {
  it("[P18] changes no number, and takes float64 only when float32 would", () => {
    const numbers = fc.array(fc.oneof(fc.double(), fc.float()), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(numbers, ([first, second, anomaly]) => {
        const scores = Float64Array.of(first as number, second as number);
        const columns = {
          ...windows,
          startMs: Float64Array.of(0),
          endMs: Float64Array.of(1),
          verdicts: Uint8Array.of(0),
        };
        const entry = encodeWindows(
          { log: 1, seq: 1 },
          { ...columns, scores, anomaly: Float64Array.of(anomaly as number) },
        );

        const [decoded] = decodeEntries(entry);

        const isF32 = [first, second, anomaly].every((number) => Object.is(Math.fround(number as number), number));
        expect(decoded).toMatchObject({ kind: "windows", classCount: 2 });
        if (decoded?.kind !== "windows") throw new Error("not windows");
        expect([...decoded.scores]).toEqual([first, second]);
        expect([...decoded.anomaly]).toEqual([anomaly]);
        expect(decoded.scores).toBeInstanceOf(isF32 ? Float32Array : Float64Array);
      }),
      { seed: 1 },
    );
  });

  it("[P18] [P36] writes these bytes, which never change for version 1", () => {
    expect(hex(encodeWindows({ log: 3, seq: 2 }, windows))).toBe(
      "01010000" +
        "60000000" +
        "03000000" +
        "02000000" + // header: kind, version, flags, length, log, seq
        "07000000" +
        "02000000" +
        "02000000" +
        "00000000" + // first, count, width
        "0000000000808140" +
        "0000000000048440" + // startMs
        "000000000000a440" +
        "0000000000a1a440" + // endMs
        "0000803e" +
        "0000403f" +
        "0000003f" +
        "0000003f" + // scores
        "000000bf" +
        "0000c07f" + // anomaly
        "01fe" +
        "000000000000", // verdicts, padding
    );
  });
});

describe("encodeWindows with numbers that are no float32", () => {
  it("[P18] [P36] writes these bytes, which never change for version 1", () => {
    const entry = encodeWindows(
      { log: 3, seq: 2 },
      {
        first: 7,
        classCount: 1,
        startMs: Float64Array.of(560),
        endMs: Float64Array.of(2560),
        scores: Float64Array.of(0.1),
        anomaly: Float64Array.of(NaN),
        verdicts: Uint8Array.of(0),
      },
    );

    expect(hex(entry)).toBe(
      "01010100" +
        "48000000" +
        "03000000" +
        "02000000" + // header: kind, version, flags, length, log, seq
        "07000000" +
        "01000000" +
        "01000000" +
        "00000000" + // first, count, width
        "0000000000808140" + // startMs
        "000000000000a440" + // endMs
        "9a9999999999b93f" + // scores
        "000000000000f87f" + // anomaly
        "00" +
        "00000000000000", // verdicts, padding
    );
  });
});

describe("encodeReadings", () => {
  it("[P19] [P36] writes these bytes, which never change for version 1", () => {
    const entry = encodeReadings({ log: 1, seq: 1 }, { first: 4, axisCount: 1, values: Float32Array.of(-1) });

    expect(hex(entry)).toBe(
      "05010000" +
        "28000000" +
        "01000000" +
        "01000000" +
        "04000000" +
        "01000000" +
        "01000000" +
        "00000000" +
        "000080bf" +
        "00000000",
    );
  });
});

describe("encodeRun", () => {
  it("[P20] pads the JSON to a whole number of 8 bytes and says how long it is", () => {
    const entry = encodeRun({ log: 1, seq: 0 }, run);

    const length = new TextEncoder().encode(JSON.stringify(run)).length;
    expect(entry.length % 8).toBe(0);
    expect(new DataView(entry.buffer).getUint32(20, true)).toBe(length);
  });
});
