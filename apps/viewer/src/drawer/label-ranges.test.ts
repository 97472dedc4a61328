import { describe, expect, it } from "vitest";

import { change, paint, problemsOf, remove, type LabelRange } from "./label-ranges.ts";

/** `idle 0-1000, wave 1000-2000` */
function parse(text: string): LabelRange[] {
  return text.split(", ").map((part) => {
    const [label = "", startMs = 0, endMs = 0] = part.split(/[ -]/).map((word, i) => (i === 0 ? word : Number(word)));
    return { label: String(label), startMs: Number(startMs), endMs: Number(endMs) };
  });
}

function write(ranges: readonly LabelRange[]): string {
  return ranges.map(({ label, startMs, endMs }) => `${label} ${startMs}-${endMs}`).join(", ");
}

describe("paint", () => {
  it.each([
    { under: "idle 0-1000", over: "wave 400-600", want: "idle 0-400, wave 400-600, idle 600-1000" },
    { under: "idle 0-1000", over: "wave 0-1000", want: "wave 0-1000" },
    { under: "idle 0-1000", over: "idle 400-600", want: "idle 0-1000" },
    { under: "a 0-300, b 300-600, c 600-900", over: "x 200-700", want: "a 0-200, x 200-700, c 700-900" },
    { under: "a 0-300, b 300-600", over: "a 300-400", want: "a 0-400, b 400-600" },
    { under: "a 0-300", over: "b 500-600", want: "a 0-300, b 500-600" },
  ])("puts $over over $under", ({ under, over, want }) => {
    expect(write(paint(parse(under), parse(over)[0] as LabelRange))).toBe(want);
  });

  it("never leaves two ranges over one another", () => {
    let state = 1;
    const random = (below: number) => (state = (state * 48271) % 2147483647) % below;
    let ranges: readonly LabelRange[] = parse("a 0-1000");
    for (let i = 0; i < 500; i++) {
      const startMs = random(990);
      ranges = paint(ranges, {
        startMs,
        endMs: startMs + 1 + random(1000 - startMs),
        label: "abc"[random(3)] as string,
      });

      expect(problemsOf(ranges, 1000)).toEqual([]);
    }
  });
});

describe("remove", () => {
  it.each([
    { index: 1, want: "a 0-600, c 600-900" },
    { index: 0, want: "b 0-600, c 600-900" },
    { index: 2, want: "a 0-300, b 300-900" },
    { index: 7, want: "a 0-300, b 300-600, c 600-900" },
  ])("gives the time of range $index to a neighbour", ({ index, want }) => {
    expect(write(remove(parse("a 0-300, b 300-600, c 600-900"), index))).toBe(want);
  });

  it("joins neighbours that then have one label", () => {
    expect(write(remove(parse("a 0-300, b 300-600, a 600-900"), 1))).toBe("a 0-900");
  });

  it("leaves nothing of the only range", () => {
    expect(remove(parse("a 0-300"), 0)).toEqual([]);
  });
});

describe("change", () => {
  it("moves the neighbour that touches along", () => {
    const ranges = parse("a 0-300, b 300-600, c 600-900");

    expect(write(change(ranges, 1, { startMs: 200 }))).toBe("a 0-200, b 200-600, c 600-900");
    expect(write(change(ranges, 1, { endMs: 700 }))).toBe("a 0-300, b 300-700, c 700-900");
    expect(write(change(ranges, 1, { label: "x" }))).toBe("a 0-300, x 300-600, c 600-900");
  });
});

describe("problemsOf", () => {
  it.each([
    { ranges: "a 0-300, b 300-900", want: [] },
    { ranges: "a 0-300, b 300-899.5", want: [] },
    { ranges: "a 0-300, b 400-900", want: ["Nothing is labelled from 0.30 s to 0.40 s."] },
    { ranges: "a 100-900", want: ["Nothing is labelled from 0.00 s to 0.10 s."] },
    { ranges: "a 0-300, b 300-1200", want: ["What is labelled ends at 1.20 s, after 0.90 s."] },
    { ranges: "a 0-300, b 300-200, c 200-900", want: ["Range 2 has to end after it starts."] },
    { ranges: " 0-900", want: ["Range 1 needs a label."] },
    { ranges: "a 0-x", want: ["Range 1 needs a start and an end in seconds."] },
  ])("says of $ranges: $want", ({ ranges, want }) => {
    expect(problemsOf(parse(ranges), 900)).toEqual(want);
  });

  it("wants at least one range", () => {
    expect(problemsOf([], 900)).toHaveLength(1);
  });
});
