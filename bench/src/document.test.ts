import { describe, expect, it } from "vitest";

import { formatDocument, parseDocument, ratiosOf, withBench } from "./document.ts";
import type { Row } from "./rows.ts";

const wait: Row = {
  bench: "sdk",
  row: "a wait",
  value: 4.1234,
  unit: "ms",
  ratio: 1180.4,
  goal: "ratio >= 20",
  ok: true,
};
const window: Row = { bench: "engine", row: "a window", value: 11, unit: "µs", goal: null, ok: true };

const empty = parseDocument("");

describe("the document", () => {
  it("has one table of all benches by name, and where each was measured", () => {
    const document = withBench(withBench(empty, "sdk", [wait], "on a slow day"), "engine", [window], "on a fast one");

    expect(formatDocument(document)).toContain(`
| bench  | row      |   value | ratio | goal        | ok  |
| ------ | -------- | ------: | ----: | ----------- | --- |
| engine | a window |   11 µs |       |             |     |
| sdk    | a wait   | 4.12 ms | 1180× | ratio >= 20 | yes |

- **engine**: on a fast one
- **sdk**: on a slow day
`);
  });

  it("is read as it was written", () => {
    const text = formatDocument(withBench(withBench(empty, "sdk", [wait], "a"), "engine", [window], "b"));

    expect(formatDocument(parseDocument(text))).toBe(text);
  });

  it("gets a bench's new rows in the place of its old ones, and keeps the others", () => {
    const before = withBench(withBench(empty, "sdk", [wait], "a"), "engine", [window], "b");
    const after = parseDocument(formatDocument(withBench(before, "sdk", [{ ...wait, row: "another" }], "c")));

    expect(after.get("sdk")).toMatchObject({
      rows: [["sdk", "another", expect.any(String), "1180×", expect.any(String), "yes"]],
      circumstances: "c",
    });
    expect(after.get("engine")).toEqual(before.get("engine"));
  });

  it("has no bench as long as nothing is written in it", () => {
    expect(parseDocument("# Benchmarks\n").size).toBe(0);
  });
});

describe("ratiosOf", () => {
  it("has the rows with a peer alone", () => {
    expect(ratiosOf(withBench(withBench(empty, "sdk", [wait], ""), "engine", [window], ""))).toEqual([
      { bench: "sdk", row: "a wait", ratio: 1180 },
    ]);
  });
});
