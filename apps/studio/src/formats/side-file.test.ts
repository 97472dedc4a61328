import { describe, expect, it } from "vitest";

import { RecordingError } from "./recording.ts";
import { isSideFile, parseSideFile } from "./side-file.ts";

const NAME = "structured_labels.labels";

describe("parseSideFile", () => {
  it("reads the spans of each file", () => {
    const spans = [{ startIndex: 0, endIndex: 3, label: "idle" }];
    const document = {
      version: 1,
      type: "structured-labels",
      structuredLabels: { "a.json": spans, __proto__x: spans },
    };

    expect(isSideFile(NAME)).toBe(true);
    expect(parseSideFile(NAME, Buffer.from(JSON.stringify(document))).get("a.json")).toEqual(spans);
  });

  it.each([
    { name: "bounding_boxes.labels", text: "{}", message: "The local Studio has no image projects yet" },
    { name: "label_map.labels", text: "{}", message: "label maps are not taken" },
    { name: "attachments.labels", text: "{}", message: "keeps no attachments" },
    { name: "other.labels", text: "{}", message: "it takes structured_labels.labels" },
    { name: NAME, text: "{", message: "has to be JSON" },
    { name: NAME, text: "[]", message: "has to be an object" },
    { name: NAME, text: '{"version":2}', message: "has to have version 1" },
    { name: NAME, text: '{"version":1}', message: "has to have structuredLabels" },
  ])("refuses $name with $text", ({ name, text, message }) => {
    expect(() => parseSideFile(name, Buffer.from(text))).toThrow(RecordingError);
    expect(() => parseSideFile(name, Buffer.from(text))).toThrow(message);
  });
});
