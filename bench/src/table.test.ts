import { describe, expect, it } from "vitest";

import { toTable } from "./table.ts";

describe("toTable", () => {
  it("prints a Markdown table with aligned columns, and shouts a missed goal", () => {
    const table = toTable([
      { bench: "sdk", row: "a wait", value: 4.1234, unit: "ms", ratio: 1180.4, goal: "ratio >= 20", ok: true },
      { bench: "sdk", row: "a bundle", value: 6145, unit: "B", goal: "<= 6144 B", ok: false },
      { bench: "sdk", row: "a peer", value: 4867.5, unit: "ms", goal: null, ok: true },
    ]);

    expect(table).toBe(`\
| bench | row      |   value | ratio | goal        | ok  |
| ----- | -------- | ------: | ----: | ----------- | --- |
| sdk   | a wait   | 4.12 ms | 1180× | ratio >= 20 | yes |
| sdk   | a bundle |  6145 B |       | <= 6144 B   | NO  |
| sdk   | a peer   | 4868 ms |       |             |     |
`);
  });

  it("has rules of three dashes at least, as Prettier wants them", () => {
    const [, rule] = toTable([{ bench: "sdk", row: "a", value: 1, unit: "B", goal: null, ok: true }]).split("\n");

    expect(rule).toBe("| ----- | --- | ----: | ----: | ---- | --- |");
  });
});
