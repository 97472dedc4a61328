import { createMemoryRunLog, type RunLog } from "@windowscope/runlog";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { fakeablePause } from "./fakes.ts";
import { keepRetention, type RetentionSettings } from "./retention.ts";
import { RunStore } from "./runs/run-store.ts";

const HOUR_MS = 3_600_000;

let runLog: RunLog;
let stop: AbortController;
let keeping: Promise<void>[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  runLog = createMemoryRunLog();
  stop = new AbortController();
  keeping = [];
});

afterEach(async () => {
  stop.abort();
  await Promise.all(keeping);
  vi.useRealTimers();
});

function keep(settings: RetentionSettings, log = runLog): void {
  keeping.push(keepRetention(new RunStore(log, { pause: fakeablePause }), settings, stop.signal));
}

async function write(log: string, bytes: number, seal = true): Promise<void> {
  await runLog.open(log);
  await runLog.append([{ log, at: 0, entries: [new Uint8Array(bytes)], seal }]);
}

async function logs(): Promise<string[]> {
  return (await runLog.list({ prefix: "", limit: 100 })).map(({ log }) => log).filter((log) => log !== "retention");
}

describe("keepRetention", () => {
  it("forgets runs, test runs and recordings that are too old, and nothing that is not over", async () => {
    for (const log of ["run-1", "test-1", "recording-1", "watch-1-testing"]) await write(log, 8);
    await write("run-2", 8, false);
    await vi.advanceTimersByTimeAsync(20 * HOUR_MS);
    await write("run-3", 8);
    keep({ retentionDays: 1, retentionMb: 0 });
    await vi.advanceTimersByTimeAsync(5 * HOUR_MS);

    expect(await logs()).toEqual(["run-3", "run-2", "watch-1-testing"]);
  });

  it("forgets the oldest runs when all together are too many", async () => {
    for (const log of ["test-1", "run-1", "run-2", "run-3"]) await write(log, 400_000);
    keep({ retentionDays: 0, retentionMb: 1 });
    await vi.advanceTimersByTimeAsync(0);

    expect(await logs()).toEqual(["run-3", "test-1"]);
  });

  it("keeps everything when there is no bound", async () => {
    await write("run-1", 8);
    keep({ retentionDays: 0, retentionMb: 0 });
    await vi.advanceTimersByTimeAsync(1_000 * HOUR_MS);

    expect(await logs()).toEqual(["run-1"]);
  });

  it("is done by one process at a time, and by another one when that has ended", async () => {
    const list = vi.spyOn(runLog, "list");
    const first = new AbortController();
    keeping.push(
      keepRetention(new RunStore(runLog, { pause: fakeablePause }), { retentionDays: 1, retentionMb: 0 }, first.signal),
    );
    await vi.advanceTimersByTimeAsync(0);
    keep({ retentionDays: 1, retentionMb: 0 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(list).toHaveBeenCalledTimes(3);

    first.abort();
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    expect(list).toHaveBeenCalledTimes(6);
  });

  it("goes on when the log fails", async () => {
    await write("run-1", 8);
    const list = vi.spyOn(runLog, "list").mockRejectedValueOnce(new Error("The engine cannot be used now"));
    await vi.advanceTimersByTimeAsync(48 * HOUR_MS);
    keep({ retentionDays: 1, retentionMb: 0 });
    await vi.advanceTimersByTimeAsync(2 * HOUR_MS);
    list.mockRestore();

    expect(await logs()).toEqual([]);
  });
});
