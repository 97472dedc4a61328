import { setImmediate } from "node:timers/promises";

import { describe, expect, it } from "vitest";

import { answerBytes } from "./answer-bytes.ts";
import { Turn } from "./turn.ts";

describe("answerBytes", () => {
  it.each([
    {},
    { success: true, error: undefined, jobs: [] },
    { 'a "name"': null, list: [1, "x", null, { b: [undefined] }, [2]], at: new Date(0), nested: { list: [1] } },
  ])("writes what JSON.stringify does: %j", async (answer) => {
    expect(Buffer.from(await answerBytes(answer)).toString()).toBe(JSON.stringify(answer));
  });

  it("lets others have their turn while a long list is written", async () => {
    let turns = 0;
    let isDone = false;
    const answer = {
      list: Array.from({ length: 3_000 }, (_, id) => ({ id, values: Array.from({ length: 50 }, () => id) })),
    };

    const written = answerBytes(answer, new Turn(0)).finally(() => (isDone = true));
    while (!isDone) {
      await setImmediate();
      turns++;
    }

    expect((await written).length).toBeGreaterThan(300_000);
    expect(turns).toBeGreaterThan(2);
  });
});
