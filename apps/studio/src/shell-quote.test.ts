import { execFileSync } from "node:child_process";

import { describe, expect, it } from "vitest";

import { shellQuote } from "./shell-quote.ts";

describe("shellQuote", () => {
  it("leaves a plain path as it is", () => {
    expect(shellQuote("/home/ada/.windowscope/studio-key")).toBe("/home/ada/.windowscope/studio-key");
  });

  it.each(["it's", "a b", '$(id) `id` "x"', "ünï\\", ""])("lets a shell read %j as one word", (text) => {
    expect(execFileSync("sh", ["-c", `printf %s ${shellQuote(text)}`], { encoding: "utf8" })).toBe(text);
  });
});
