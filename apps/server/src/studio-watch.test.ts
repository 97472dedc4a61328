import { createMemoryRunLog, type RunLog } from "@windowscope/runlog";
import { StudioAuthenticationError, StudioUnreachableError } from "@windowscope/sdk";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { createFakeStudio, fakeablePause, type FakeStudio } from "./fakes.ts";
import { RunJournal } from "./runs/journal.ts";
import { Runs } from "./runs/runs.ts";
import { toLogLine, watchStudio, type StudioStatus } from "./studio-watch.ts";

let runLog: RunLog;
let studio: FakeStudio;
let ids: number[];
let server: Awaited<ReturnType<typeof startWatching>>;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  runLog = createMemoryRunLog();
  ids = [1, 2];
  studio = createFakeStudio({ listSamples });
  server = await startWatching();
});

afterEach(async () => {
  await server.stop();
  vi.useRealTimers();
});

/** The samples `ids`, as Studio lists them. */
function listSamples(_path: unknown, { minId = 0 }: { minId?: unknown }) {
  const samples = ids.filter((id) => id >= (minId as number)).sort((a, b) => b - a);
  return { samples: samples.map((id) => ({ id, filename: `s${id}`, label: "idle" })), totalCount: samples.length };
}

/** What a server does after its start. */
async function startWatching(categories = ["testing"]) {
  const journal = await RunJournal.open(runLog, { pause: fakeablePause });
  const hintsFor = () => ({ watch: () => () => undefined });
  const runs = new Runs({ studio, journal, hintsFor });
  const stop = new AbortController();
  const statuses: StudioStatus[] = [];
  const onStatus = (status: StudioStatus) => void statuses.push(status);
  const watching = watchStudio({
    studio,
    journal,
    runs,
    categories,
    onStatus,
    signal: stop.signal,
  });
  return {
    journal,
    runs,
    statuses,
    async samples() {
      return (await journal.list(100)).runs.map(({ sampleId }) => sampleId).reverse();
    },
    async stop() {
      stop.abort();
      await watching;
      await runs.close();
    },
  };
}

describe("watchStudio", () => {
  it("starts a run for each sample that is new, and none for those that were there before", async () => {
    await vi.advanceTimersByTimeAsync(1_000);
    ids.push(3, 4);
    await vi.advanceTimersByTimeAsync(3_000);

    expect(await server.samples()).toEqual([3, 4]);
    expect(server.statuses).toEqual([{ state: "connected", message: "Connected to http://studio.test" }]);
  });

  it("starts runs for what came while the server was down, and no second one for what has its run", async () => {
    ids.push(3);
    await vi.advanceTimersByTimeAsync(1_500);
    await server.stop();
    ids.push(4, 5);
    server = await startWatching();
    await vi.advanceTimersByTimeAsync(1_500);

    expect(await server.samples()).toEqual([3, 4, 5]);
  });

  it("starts no second run for a sample that somebody has had classified already, as the watch would", async () => {
    await vi.advanceTimersByTimeAsync(100);
    const sample = { name: "s", label: "idle" };
    await server.runs.start({ projectId: 1, sampleId: 3 }, sample);
    await server.runs.start({ projectId: 1, sampleId: 4, variant: "int8" }, sample);
    await server.runs.start({ projectId: 2, sampleId: 5 }, sample);
    ids.push(3, 4, 5);
    await vi.advanceTimersByTimeAsync(3_000);
    await server.stop();
    ids.push(6);
    server = await startWatching();
    await vi.advanceTimersByTimeAsync(1_500);

    expect(await server.samples()).toEqual([3, 4, 5, 4, 5, 6]);
  });

  it("says what is wrong and tries again until Studio answers", async () => {
    await server.stop();
    const error = new StudioUnreachableError("Studio at http://studio.test does not answer");
    studio.answer("listProjects", () => Promise.reject(error));
    server = await startWatching();
    await vi.advanceTimersByTimeAsync(2_000);
    studio.answer("listProjects", () => ({ projects: [{ id: 1, name: "Test" }] }));
    await vi.advanceTimersByTimeAsync(3_000);
    ids.push(3);
    await vi.advanceTimersByTimeAsync(1_500);

    expect(server.statuses[0]).toEqual({ state: "unreachable", message: error.message });
    expect(server.statuses.at(-1)).toMatchObject({ state: "connected" });
    expect(await server.samples()).toEqual([3]);
  });

  it("loses no sample when Studio goes away while it is watched", async () => {
    await vi.advanceTimersByTimeAsync(1_500);
    studio.answer("listSamples", () => Promise.reject(new StudioUnreachableError("gone")));
    await vi.advanceTimersByTimeAsync(1_500);
    ids.push(3);
    studio.answer("listSamples", listSamples);
    await vi.advanceTimersByTimeAsync(5_000);

    expect(server.statuses).toContainEqual({ state: "unreachable", message: "gone" });
    expect(server.statuses.at(-1)).toMatchObject({ state: "connected" });
    expect(await server.samples()).toEqual([3]);
  });

  it("waits longer and longer while samples cannot be listed, and does not claim to be connected", async () => {
    await server.stop();
    studio.answer("listSamples", () => Promise.reject(new StudioUnreachableError("gone")));
    server = await startWatching();
    await vi.advanceTimersByTimeAsync(60_000);

    expect(server.statuses.length).toBeLessThan(12);
    expect(new Set(server.statuses.map(({ state }) => state))).toEqual(new Set(["unreachable"]));
  });

  it("says that the key is refused", async () => {
    await server.stop();
    studio.answer("listProjects", () =>
      Promise.reject(new StudioAuthenticationError("Studio does not accept the API key")),
    );
    server = await startWatching();
    await vi.advanceTimersByTimeAsync(0);

    expect(server.statuses).toEqual([{ state: "refused", message: "Studio does not accept the API key" }]);
  });

  it("tells the log what to do about it", () => {
    expect(toLogLine({ state: "refused", message: "Invalid API key." })).toBe(
      "Invalid API key. Check EI_API_KEY and restart the server.",
    );
    expect(toLogLine({ state: "unreachable", message: "No answer" })).toBe("No answer. Trying again.");
    expect(toLogLine({ state: "connected", message: "Connected to x" })).toBe("Connected to x");
  });

  it("only connects when no category is to be watched", async () => {
    await server.stop();
    studio.calls.length = 0;
    server = await startWatching([]);
    await vi.advanceTimersByTimeAsync(5_000);

    expect(studio.calls).toEqual(["listProjects"]);
    expect(server.statuses).toMatchObject([{ state: "connected" }]);
  });
});
