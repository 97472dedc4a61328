import { describe, expect, it } from "vitest";

import { RecordingError } from "./recording.ts";
import { checkStructuredLabels, readSpans, type LabelSpan } from "./structured-labels.ts";

function span(startIndex: number, endIndex: number, label = "idle"): LabelSpan {
  return { startIndex, endIndex, label };
}

describe("checkStructuredLabels", () => {
  it("makes one span of equal neighbours", () => {
    expect(checkStructuredLabels([span(0, 3), span(4, 4), span(5, 8, "wave"), span(9, 9)], 10)).toEqual([
      span(0, 4),
      span(5, 8, "wave"),
      span(9, 9),
    ]);
  });

  it.each([
    { what: "a late start", spans: [span(1, 9)], message: "index 0 does not have a label" },
    { what: "a gap", spans: [span(0, 3), span(6, 9)], message: "index 4 does not have a label" },
    { what: "an early end", spans: [span(0, 8)], message: "index 9 does not have a label. Currently we require" },
    { what: "no span", spans: [], message: "index 0 does not have a label" },
    { what: "an overlap", spans: [span(0, 3), span(3, 9)], message: "index 3 has more than one label" },
    { what: "the wrong order", spans: [span(5, 9), span(0, 4)], message: "index 0 does not have a label" },
    { what: "a late end", spans: [span(0, 10)], message: "endIndex 10 is beyond the end of the sample" },
  ])("refuses $what", ({ spans, message }) => {
    expect(() => checkStructuredLabels(spans, 10)).toThrow(RecordingError);
    expect(() => checkStructuredLabels(spans, 10)).toThrow(`structuredLabels: ${message}`);
  });
});

describe("readSpans", () => {
  it.each([
    { value: "idle", message: "an array of 1 to" },
    { value: [], message: "an array of 1 to" },
    { value: [null], message: "span 0 has no label" },
    { value: [span(0, 1), { startIndex: 2, endIndex: 3 }], message: "span 1 has no label" },
    { value: [span(0.5, 1)], message: "span 0 needs whole numbers" },
    { value: [span(-1, 1)], message: "span 0 needs whole numbers" },
    { value: [span(2, 1)], message: "the end not before the start" },
  ])("refuses $value", ({ value, message }) => {
    expect(() => readSpans(value, "a.json")).toThrow(RecordingError);
    expect(() => readSpans(value, "a.json")).toThrow(message);
  });
});
