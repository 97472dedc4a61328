import { describe, expect, it } from "vitest";

import { parseInfoLabels } from "./info-labels.ts";
import { RecordingError } from "./recording.ts";

const file = { path: "testing/a.cbor", name: "a", category: "testing", label: { type: "label", label: "idle" } };

function info(...files: unknown[]): Buffer {
  return Buffer.from(JSON.stringify({ version: 1, files }));
}

describe("parseInfoLabels", () => {
  it("reads files with one label, with spans and with none", () => {
    const labels = [{ startIndex: 0, endIndex: 9, label: "idle" }];
    const several = { ...file, label: { type: "multi-label", labels }, metadata: { room: "kitchen" } };
    const none = { ...file, label: { type: "unlabeled" } };

    expect(parseInfoLabels(info(file, several, none))).toEqual([
      { ...file, metadata: undefined },
      several,
      { ...none, metadata: undefined },
    ]);
  });

  it.each(["../../etc/passwd", "/etc/passwd", "a/../../b", "C:\\x", "a\\..\\..\\b", ""])(
    "refuses the path %j, which leads out of the folder",
    (path) => {
      expect(() => parseInfoLabels(info({ ...file, path }))).toThrow("outside of the folder");
    },
  );

  it.each([
    { bytes: Buffer.from('{"version":1}'), message: "has to have files" },
    { bytes: info(null), message: "file 0 has to be an object" },
    { bytes: info({ ...file, name: 1 }), message: "needs the texts path, name and category" },
    { bytes: info({ ...file, label: { type: "label" } }), message: "has to be a label, multi-label or unlabeled" },
    { bytes: info({ ...file, metadata: { a: 1 } }), message: "the metadata of file 0 have to be texts" },
  ])("refuses what it does not know: $message", ({ bytes, message }) => {
    expect(() => parseInfoLabels(bytes)).toThrow(RecordingError);
    expect(() => parseInfoLabels(bytes)).toThrow(message);
  });
});
