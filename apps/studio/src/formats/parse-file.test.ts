import { readdirSync, readFileSync } from "node:fs";

import { referencePath } from "@windowscope/engine/reference-data";
import { encode } from "cbor-x";
import { describe, expect, it } from "vitest";

import { documentedJson, documentedRecording } from "./documented-recording.ts";
import { parseFile } from "./parse-file.ts";
import { readingCount, RecordingError } from "./recording.ts";
import { writeWav } from "./wav.ts";

const HINTS = { name: "upload", contentType: "application/octet-stream" };

describe("parseFile", () => {
  it.each([
    { format: "json", bytes: documentedJson() },
    { format: "cbor", bytes: Buffer.from(encode(documentedRecording)) },
    { format: "cbor", bytes: Buffer.concat([Buffer.of(0xd9, 0xd9, 0xf7), encode(documentedRecording)]) },
    { format: "wav", bytes: writeWav([1, 2, 3, 4], 1) },
  ])("knows $format by its contents, whatever the name says", ({ format, bytes }) => {
    for (const hints of [HINTS, { name: "a.csv", contentType: "text/csv" }]) {
      const file = parseFile(bytes, hints);

      expect({ format: file.format, count: readingCount(file.recording) }).toEqual({ format, count: 4 });
    }
  });

  it.each([
    { name: "a.CSV", contentType: "" },
    { name: "a.txt", contentType: "text/plain" },
    { name: "a", contentType: "text/csv; charset=utf-8" },
  ])("takes $name of type $contentType for a table", (hints) => {
    expect(parseFile(Buffer.from("timestamp,a\n0,1\n10,2"), hints).format).toBe("csv");
  });

  it.each([
    { name: "a.png", bytes: "\x89PNG", message: "The local Studio has no image projects yet: a.png" },
    { name: "a.json", bytes: "\xff\xd8\xff\xe0", message: "The local Studio has no image projects yet" },
    { name: "a.mp4", bytes: "\0\0\0\x20ftypisom", message: "is an image or a video" },
    { name: "a.avi", bytes: "RIFF----AVI LIST", message: "is an image or a video" },
    { name: "a.jpg", bytes: "anything", message: "is an image or a video" },
    { name: "a.parquet", bytes: "PAR1", message: "a.parquet is no recording that the local Studio takes: JSON, CBOR" },
    { name: "a.csv", bytes: "", message: "a.csv is empty" },
    { name: "a.json", bytes: "[1]", message: "The file has to be an object" },
  ])("refuses $name that holds $bytes", ({ name, bytes, message }) => {
    const parse = () => parseFile(Buffer.from(bytes, "latin1"), { name, contentType: "" });

    expect(parse).toThrow(RecordingError);
    expect(parse).toThrow(message);
  });

  it("reads every real recording of boards and exports", ({ skip }) => {
    let count = 0;
    for (const folder of [["gestures", "training"], ["gestures", "testing"], ["coffee"]]) {
      const path = referencePath(skip, ...folder);
      for (const name of readdirSync(path)) {
        const { recording } = parseFile(readFileSync(`${path}/${name}`), { name, contentType: "" });
        expect(readingCount(recording), name).toBeGreaterThan(300);
        count++;
      }
    }

    expect(count).toBe(30);
  });
});
