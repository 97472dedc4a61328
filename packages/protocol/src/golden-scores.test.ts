/**
 * The binary form against real results: what Edge Impulse's own C++ SDK answers for 26 recordings, and TensorFlow Lite
 * for single rows. The files are not part of this repository: `WINDOWSCOPE_REFERENCE_DATA` names their folder.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";

import { describe, expect, it } from "vitest";

import { decodeEntries, encodeWindows, type WindowsEntry } from "./entry.ts";
import { fromJsonEntry, toJsonEntry } from "./json-entry.ts";

const repository = path.resolve(import.meta.dirname, "../../..");
const golden = path.resolve(repository, process.env.WINDOWSCOPE_REFERENCE_DATA ?? "../shared/data", "golden");

interface Result {
  readonly scores: readonly number[];
  readonly anomaly: number;
}

/** One window through the binary form, as an answer of the API is: its numbers come from JSON text. */
function encodeAndDecode({ scores, anomaly }: Result): WindowsEntry {
  const entry = encodeWindows(
    { log: 1, seq: 0 },
    {
      first: 0,
      classCount: scores.length,
      startMs: Float64Array.of(0),
      endMs: Float64Array.of(2000),
      scores: Float64Array.from(scores),
      anomaly: Float64Array.of(anomaly),
      verdicts: Uint8Array.of(0),
    },
  );
  return decodeEntries(entry)[0] as WindowsEntry;
}

/** Checks that every number comes back as it was, bit by bit, and prints as it did; counts the windows of each form. */
function count(results: readonly Result[]): { readonly f32: number; readonly f64: number } {
  const f32 = results.filter((result) => {
    const decoded = encodeAndDecode(result);
    const numbers = [...decoded.scores, ...decoded.anomaly];
    const given = [...result.scores, result.anomaly];
    if (!numbers.every((number, i) => Object.is(number, given[i]))) expect(numbers).toEqual(given);
    if (JSON.stringify(numbers) !== JSON.stringify(given)) expect(JSON.stringify(numbers)).toBe(JSON.stringify(given));
    const twin = fromJsonEntry(JSON.parse(JSON.stringify(toJsonEntry(decoded))));
    if (String(Object.values(twin)) !== String(Object.values(decoded))) expect(twin).toEqual(decoded);
    return decoded.scores instanceof Float32Array;
  }).length;
  return { f32, f64: results.length - f32 };
}

describe("encodeWindows", () => {
  it("[P18] keeps every score and anomaly of real recordings as it is", ({ skip }) => {
    const file = path.join(golden, "impulse-v2fft16.jsonl.gz");
    skip(!existsSync(file), `not run: no reference data at ${file} (set WINDOWSCOPE_REFERENCE_DATA)`);
    const lines = gunzipSync(readFileSync(file)).toString("utf8").trim().split("\n");
    const windows = lines
      .map((line) => JSON.parse(line) as { classification?: Record<string, number>; anomaly: number })
      .flatMap(({ classification, anomaly }) =>
        classification ? [{ scores: Object.values(classification), anomaly }] : [],
      );
    const withAnomaly = count(windows);
    const withoutAnomaly = count(windows.map(({ scores }) => ({ scores, anomaly: NaN })));

    expect(windows.length).toBeGreaterThan(2_500);
    // A quantised classifier's scores are 256ths. A distance of K-means, printed with nine digits, is no float32.
    expect(withoutAnomaly).toEqual({ f32: windows.length, f64: 0 });
    expect(withAnomaly.f32 + withAnomaly.f64).toBe(windows.length);
    console.log(
      `${windows.length} windows: with anomaly ${withAnomaly.f32} as f32, ${withAnomaly.f64} as f64;`,
      `scores alone ${withoutAnomaly.f32} as f32, ${withoutAnomaly.f64} as f64`,
    );
  });

  it("[P18] keeps every output of real TensorFlow Lite models as it is", ({ skip }) => {
    skip(!existsSync(golden), `not run: no reference data at ${golden} (set WINDOWSCOPE_REFERENCE_DATA)`);
    const results = readdirSync(golden)
      .filter((name) => name.startsWith("tflite-"))
      .flatMap((name) => readFileSync(path.join(golden, name), "utf8").trim().split("\n"))
      .map((line) => JSON.parse(line) as { out0?: readonly number[] })
      .flatMap(({ out0 }) => (out0 ? [{ scores: out0, anomaly: NaN }] : []));

    const counted = count(results);

    expect(results.length).toBeGreaterThan(0);
    console.log(`${results.length} outputs: ${counted.f32} as f32, ${counted.f64} as f64`);
  });
});
