import { describe, expect, it } from "vitest";

import { findCommands } from "./find-commands.ts";

const all = [
  { title: "Previous mismatch", keys: ["Shift+N"] },
  { title: "Next mismatch", keys: ["N"] },
  { title: "Next window", keys: ["."] },
  { title: "Export…", keys: ["E"] },
];
const titles = (words: string) => findCommands(all, words).map(({ title }) => title);

describe("findCommands", () => {
  it("has all of them in their order until something is typed", () => {
    expect(titles("  ")).toEqual(all.map(({ title }) => title));
  });

  it("wants every word, in any order and case", () => {
    expect(titles("MISMATCH next")).toEqual(["Next mismatch"]);
  });

  it("puts those first that begin with what was typed", () => {
    expect(titles("ne")).toEqual(["Next mismatch", "Next window"]);
    expect(titles("mis")).toEqual(["Previous mismatch", "Next mismatch"]);
  });

  it("finds a command by its key", () => {
    expect(titles("shift+n")).toEqual(["Previous mismatch"]);
    expect(titles("e")[0]).toBe("Export…");
  });

  it("has none for what nothing is called", () => {
    expect(titles("zebra")).toEqual([]);
  });
});
