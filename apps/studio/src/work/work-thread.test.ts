import { getEventListeners } from "node:events";

import { describe, expect, it } from "vitest";

import { WorkThread } from "./work-thread.ts";

describe("WorkThread.run", () => {
  it("leaves nothing on the signal when a task is over", async () => {
    const { signal } = new AbortController();
    const thread = new WorkThread();
    const source = { path: "/nowhere", format: "json", cropStart: 0, valuesCount: 1 } as const;

    await expect(thread.run("read", source, { signal })).rejects.toThrow("ENOENT");

    expect(getEventListeners(signal, "abort")).toEqual([]);
    await thread.close();
  });
});
