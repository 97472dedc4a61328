import { readFileSync } from "node:fs";

import { referencePath } from "@windowscope/engine/reference-data";
import { describe, expect, it } from "vitest";

import { parseCsv } from "./csv.ts";
import { readingCount, RecordingError } from "./recording.ts";

const TABLE = "timestamp,accX,accY\n0,1.5,-2\n16,3,4e2\n32,5,6\n";

describe("parseCsv", () => {
  it.each([
    { style: "commas", text: TABLE },
    { style: "semicolons", text: TABLE.replaceAll(",", ";") },
    { style: "tabs", text: TABLE.replaceAll(",", "\t") },
    { style: "a byte order mark and CRLF", text: `\uFEFF${TABLE.replaceAll("\n", "\r\n")}` },
    { style: "quotes", text: TABLE.replaceAll(/[^,\n]+/g, '"$&"') },
    { style: "blanks and empty lines", text: `\n${TABLE.replaceAll(",", " , ")}\n\n` },
    { style: "no line end at the end", text: TABLE.trimEnd() },
  ])("reads a table with $style", ({ text }) => {
    expect(parseCsv(Buffer.from(text))).toMatchObject({
      intervalMs: 16,
      sensors: [
        { name: "accX", units: "N/A" },
        { name: "accY", units: "N/A" },
      ],
      values: Float64Array.of(1.5, -2, 3, 400, 5, 6),
    });
  });

  it.each([
    { what: "timestamps of a clock that is not even", timestamps: [0, 12, 19, 30, 40], intervalMs: 10 },
    { what: "timestamps of 2 kHz, rounded to milliseconds", timestamps: [0, 0, 1, 1, 2], intervalMs: 0.5 },
    { what: "timestamps since 1970", timestamps: [1.7e12, 1.7e12 + 5, 1.7e12 + 10], intervalMs: 5 },
  ])("infers the interval from $what", ({ timestamps, intervalMs }) => {
    const text = ["timestamp,a", ...timestamps.map((timestamp) => `${timestamp},1`)].join("\n");

    expect(parseCsv(Buffer.from(text)).intervalMs).toBe(intervalMs);
  });

  it("takes one row without a timestamp for a single reading", () => {
    const recording = parseCsv(Buffer.from("a,b\n1,2"));

    expect(recording).toMatchObject({ intervalMs: 1, values: Float64Array.of(1, 2) });
    expect(readingCount(recording)).toBe(1);
  });

  it("reads a table larger than a piece of it", () => {
    const rows = Array.from({ length: 200_000 }, (_, i) => `${i * 10},${i},"${0 - i}"`);

    const recording = parseCsv(Buffer.from(`timestamp,a,b\n${rows.join("\n")}`));

    expect(recording.intervalMs).toBe(10);
    expect(recording.values).toEqual(
      Float64Array.from({ length: 400_000 }, (_, i) => (i % 2 ? 0 - (i - 1) / 2 : i / 2)),
    );
  });

  it("reads the real files that are good, and refuses those that are not", ({ skip }) => {
    const read = (name: string) => parseCsv(readFileSync(referencePath(skip, "formats", name)));

    const recording = read("good.01.csv");
    expect(recording).toMatchObject({ intervalMs: 16 });
    expect(recording.values.slice(0, 3)).toEqual(Float64Array.of(4.2208284737736, 1.88004729202911, -16.8922898132324));
    expect(readingCount(read("good.02.txt"))).toBe(1);
    expect(() => read("bad.01.csv")).toThrow(
      "Could not parse this CSV file: it has several readings, so its first column",
    );
    expect(() => read("metadata.csv")).toThrow("Could not parse this CSV file");
  });

  it.each([
    { what: "nothing", text: "", message: "it is empty" },
    { what: "a header alone", text: "timestamp,a", message: "no reading" },
    { what: "a timestamp alone", text: "timestamp\n1\n2", message: "no column beside the timestamp" },
    { what: "no header", text: "0,1\n10,2", message: "its first row has to be a header" },
    { what: "a column without a name", text: "timestamp,\n0,1", message: "column 2 has no name" },
    { what: "a short row", text: "timestamp,a,b\n0,1,2\n10,1", message: "row 2 has 2 values, and the header 3" },
    { what: "a text", text: "timestamp,a,label\n0,1,idle", message: 'row 1, column "label": "idle" is not a number' },
    { what: "an empty cell", text: "timestamp,a\n0,", message: 'row 1, column "a": "" is not a number' },
    { what: "infinity", text: "timestamp,a\n0,1e999", message: '"1e999" is not a number' },
    { what: "a missing row", text: "timestamp,a\n0,1\n10,1\n30,1\n40,1\n50,1", message: "the step to row 3 is 20 ms" },
    { what: "time that stands still", text: "timestamp,a\n0,1\n0,1", message: "have to increase" },
    { what: "time that goes back", text: "timestamp,a\n0,1\n9,1\n8,1\n20,1", message: "the step to row 3 is -1 ms" },
    { what: "a row without an end", text: `timestamp,a\n${"0,".repeat(1e5)}`, message: "a row of more than 131072" },
    { what: "a million stray quotes", text: `timestamp,a\n${'0,"1"2"\n'.repeat(1e6)}`, message: "row 1" },
    { what: "a million quoted rows", text: `a\n${'"1"\n'.repeat(1e6)}`, message: "several readings" },
    { what: "an open quote", text: 'timestamp,a\n0,"1\n10,2\n', message: "Quoted field unterminated" },
  ])("refuses $what with the official words and the reason", ({ text, message }) => {
    expect(() => parseCsv(Buffer.from(text))).toThrow(RecordingError);
    expect(() => parseCsv(Buffer.from(text))).toThrow(/^Could not parse this CSV file: /);
    expect(() => parseCsv(Buffer.from(text))).toThrow(message);
  });
});
