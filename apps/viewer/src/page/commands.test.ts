import { describe, expect, it } from "vitest";

import { commands } from "./commands.ts";
import { TestPage } from "./test-page.ts";

const { page } = new TestPage();

describe("commands", () => {
  it("have each an id and a title of their own, and no two the same key", () => {
    const all = commands(page);
    const unique = (list: readonly string[]) => expect(new Set(list).size).toBe(list.length);

    unique(all.map(({ id }) => id));
    unique(all.map(({ title }) => title));
    unique(all.flatMap(({ keys }) => keys));
  });

  it("run what they say", () => {
    commands(page)
      .find(({ id }) => id === "runs")
      ?.run();

    expect(page.isRunListOpen).toBe(true);
  });
});
