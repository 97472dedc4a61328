import { describe, expect, it } from "vitest";

import { circleOf, expectedMarks, foundMarks, missedMarks } from "./picture-marks.ts";

const SIZE = { width: 320, height: 160 };
const box = { label: "cup", score: 0.9, x: 10.5, y: 20, width: 31, height: 40 };

describe("foundMarks", () => {
  it("takes boxes in pixels as they are", () => {
    expect(foundMarks({ boxes: [box] }, SIZE)).toEqual([{ ...box, isPoint: false }]);
  });

  it("makes pixels of boxes in shares of the picture", () => {
    const shares = { ...box, x: 0.5, y: 0.25, width: 0.125, height: 0.75 };
    expect(foundMarks({ boxes: [shares] }, SIZE)).toEqual([
      { ...shares, x: 160, y: 40, width: 40, height: 120, isPoint: true },
    ]);
  });

  it("sees boxes made of FOMO's cells as places", () => {
    const cell = { ...box, x: 16, y: 24, width: 8, height: 16 };
    expect(foundMarks({ boxes: [cell] }, SIZE)[0]?.isPoint).toBe(true);
    expect(foundMarks({ boxes: [cell, box] }, SIZE)[0]?.isPoint).toBe(false);
    expect(foundMarks({ boxes: [box], debugInfo: "{}" }, SIZE)[0]?.isPoint).toBe(true);
  });

  it("has none where nothing was found", () => {
    expect(foundMarks({}, SIZE)).toEqual([]);
  });
});

describe("expectedMarks", () => {
  it("reads what FOMO should have found, by the name of its class", () => {
    const debugInfo = JSON.stringify({
      y_trues: [
        { x: 0.5, y: 0.5, label: 1 },
        { x: 0.25, y: 0.5, label: "cap" },
      ],
    });
    expect(expectedMarks([], debugInfo, ["cup"], SIZE)).toEqual([
      { label: "cup", x: 160, y: 80, width: 0, height: 0, isPoint: true },
      { label: "cap", x: 80, y: 80, width: 0, height: 0, isPoint: true },
    ]);
  });

  it("takes what people have drawn rather than what FOMO makes of it", () => {
    const drawn = { label: "cup", x: 12, y: 30, width: 40, height: 44 };
    const debugInfo = JSON.stringify({ y_trues: [{ x: 0.5, y: 0.5, label: 1 }] });

    expect(expectedMarks([drawn], debugInfo, ["cup"], SIZE)).toEqual([{ ...drawn, isPoint: false }]);
  });

  it("leaves a box as it is that is a pixel large", () => {
    const drawn = { label: "dust", x: 0, y: 0, width: 1, height: 1 };
    expect(expectedMarks([drawn], undefined, ["dust"], SIZE)).toEqual([{ ...drawn, isPoint: false }]);
  });

  it.each([undefined, "", "no JSON", "null", "[]", '{"y_trues":7}', '{"y_trues":[null,{"x":"1"}]}'])(
    "has none in %s",
    (debugInfo) => {
      expect(expectedMarks([], debugInfo, ["cup"], SIZE)).toEqual([]);
    },
  );
});

describe("missedMarks", () => {
  const expected = { label: "cup", x: 10, y: 10, width: 40, height: 40, isPoint: false };
  const found = { ...expected, score: 0.9, x: 20 };

  it("has what nothing of the same name was found in", () => {
    expect(missedMarks([expected], [found])).toEqual([]);
    expect(missedMarks([expected], [{ ...found, label: "cap" }])).toEqual([expected]);
    expect(missedMarks([expected], [{ ...found, x: 60 }])).toEqual([expected]);
    expect(missedMarks([expected], [])).toEqual([expected]);
  });

  it("counts each thing found once", () => {
    const beside = { ...expected, x: 22 };
    expect(missedMarks([expected, beside], [found])).toEqual([beside]);
  });

  it("gives each thing found to the box that needs it, in whatever order they come", () => {
    const wide = { ...expected, width: 100 };
    const left = { ...found, x: 10 };
    const right = { ...found, x: 60 };

    for (const marks of [
      [left, right],
      [right, left],
    ]) {
      expect(missedMarks([wide, expected], marks)).toEqual([]);
      expect(missedMarks([expected, wide], marks)).toEqual([]);
    }
    expect(missedMarks([wide, { ...wide }, expected], [left, right, right])).toEqual([]);
    expect(missedMarks([wide, expected, { ...expected }], [left, right, right])).toHaveLength(1);
  });

  it("is done at once with as many as are drawn", () => {
    const boxes = Array.from({ length: 500 }, () => ({ ...expected }));
    const marks = Array.from({ length: 499 }, () => ({ ...found }));

    expect(missedMarks(boxes, marks)).toHaveLength(1);
  });

  it("says nothing about places, which have no extent to be found in", () => {
    expect(missedMarks([{ ...expected, width: 0, height: 0, isPoint: true }], [])).toEqual([]);
  });
});

describe("circleOf", () => {
  it("stands in the middle of its box and can always be seen", () => {
    const mark = { label: "cup", x: 16, y: 24, width: 8, height: 8, isPoint: true };
    expect(circleOf(mark, SIZE)).toEqual({ cx: 20, cy: 28, r: 8 });
    expect(circleOf({ ...mark, width: 40, height: 60 }, SIZE).r).toBe(20);
  });
});
