import { describe, expect, it } from "vitest";

import { parseArguments, UsageError } from "./arguments.ts";

const known = ["sdk", "plot"];

describe("parseArguments", () => {
  it("runs every bench, thoroughly and for people, when nothing is asked for", () => {
    expect(parseArguments([], known)).toEqual({
      names: known,
      isJson: false,
      isQuick: false,
      isWritten: false,
      isCompared: false,
    });
  });

  it("takes names and options in any order", () => {
    expect(parseArguments(["--json", "plot", "--quick"], known)).toMatchObject({
      names: ["plot"],
      isJson: true,
      isQuick: true,
    });
  });

  it.each([
    { args: ["sdkk"] },
    { args: ["--jsn"] },
    { args: ["--write", "--quick"] },
    { args: ["--write", "--compare"] },
  ])("answers $args with the usage", ({ args }) => {
    expect(() => parseArguments(args, known)).toThrow(UsageError);
    expect(() => parseArguments(args, known)).toThrow("pnpm bench [sdk|plot] [--json] [--quick] [--write | --compare]");
  });
});
