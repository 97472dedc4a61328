import { getEventListeners } from "node:events";

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { describe, expect, it, onTestFinished } from "vitest";

import { smallRecording } from "../small-impulse.ts";
import type { SampleSource } from "./sample-source.ts";
import { WorkThread } from "./work-thread.ts";

/** A file with a recording that lasts so long. */
function writeRecording(seconds: number): SampleSource {
  const folder = mkdtempSync(path.join(tmpdir(), "windowscope-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, "recording");
  writeFileSync(file, JSON.stringify(smallRecording(seconds)));
  return { path: file, format: "json", cropStart: 0, valuesCount: seconds * 10 };
}

/** Keeps this thread from hearing of anything, while others work. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe("WorkThread.run", () => {
  it("leaves nothing on the signal when a task is over", async () => {
    const { signal } = new AbortController();
    const thread = new WorkThread();
    const source = { path: "/nowhere", format: "json", cropStart: 0, valuesCount: 1 } as const;

    await expect(thread.run("read", source, { signal })).rejects.toThrow("ENOENT");

    expect(getEventListeners(signal, "abort")).toEqual([]);
    await thread.close();
  });

  it("does not take the answer to an aborted task for that to the next", async () => {
    const thread = new WorkThread();
    const stop = new AbortController();
    const [short, long] = [writeRecording(1), writeRecording(2)];
    await thread.run("read", short);

    const refused = expect(thread.run("read", short, { signal: stop.signal })).rejects.toThrow("aborted");
    // Meanwhile the answer comes, and waits.
    block(500);
    stop.abort();
    const next = await thread.run("read", long);

    await refused;
    expect(next.values).toHaveLength(40);
    await thread.close();
  });
});

describe("WorkThread.close", () => {
  it("leaves no thread behind that a later task would start", async () => {
    const thread = new WorkThread();

    await thread.close();

    await expect(thread.run("read", writeRecording(1))).rejects.toThrow("The local Studio ends.");
  });
});
