import type { Recording, Run, TestRun } from "@windowscope/protocol";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { FakeServer, type FakeLog } from "./fake-server.ts";
import { readingsEntry, runEntry, runOf, WINDOWS, windowsEntry } from "./fixtures.ts";
import { portPair } from "./port-pair.ts";
import type { Port, Questions, ScopeRequest, ScopeUpdate, Snapshot, Source } from "./scope-port.ts";
import { Scope } from "./scope.ts";

let servers: FakeServer[];
let logs: Map<string, FakeLog>;
let updates: ScopeUpdate[];
let page: Port<ScopeRequest, ScopeUpdate>;
let scope: Scope;
let frames: (() => void)[];

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
  // Or a first attempt may come again at once.
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  servers = [];
  logs = new Map([["feed", { entries: [], isSealed: false }]]);
  updates = [];
  frames = [];
  // What crosses is copied, as on the way to a worker.
  const [pagesEnd, scopesEnd] = portPair<ScopeRequest, ScopeUpdate>((message) => structuredClone(message));
  page = pagesEnd;
  page.onmessage = ({ data }) => updates.push(data);
  scope = new Scope(scopesEnd, {
    openSocket: () => {
      const server = new FakeServer(logs);
      servers.push(server);
      return server;
    },
    nextFrame: (callback) => {
      frames.push(callback);
      return () => undefined;
    },
    pause: () => Promise.resolve(),
  });
});

afterEach(() => {
  scope.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function server(): FakeServer {
  return servers.at(-1) as FakeServer;
}

async function settle(ms = 200): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

function all<T extends ScopeUpdate["type"]>(type: T): Extract<ScopeUpdate, { type: T }>[] {
  return updates.filter((update): update is Extract<ScopeUpdate, { type: T }> => update.type === type);
}

function snapshot(): Snapshot {
  return all("snapshot").at(-1)?.snapshot as Snapshot;
}

async function connect(source: Source = { kind: "session" }): Promise<void> {
  page.postMessage({ type: "show", source });
  page.postMessage({ type: "connect", url: "ws://test/live", needsTicket: false });
  await settle();
  server().accept();
  await settle();
}

let asked = 0;
async function ask<K extends keyof Questions>(question: K, about: Questions[K]["ask"]): Promise<unknown> {
  const id = ++asked;
  page.postMessage({ type: "ask", id, question, ask: about } as ScopeRequest);
  await settle();
  return updates.find((update) => (update.type === "answer" || update.type === "refusal") && update.id === id);
}

function at(second: number, runId: string, changes: Partial<Run> = {}): Run {
  return runOf(runId, { createdAt: new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString(), ...changes });
}

/** A run that has been classified: its log, and what the feed says. */
function finished(run: Run): void {
  const entries = [runEntry(run), readingsEntry([1, 2, 3, 4, 5]), windowsEntry(WINDOWS)];
  logs.set(run.runId, { entries, isSealed: true });
  logs.get("feed")?.entries.push(runEntry(run));
}

describe("Scope", () => {
  it("shows the runs of a session one after another, each read once and left", async () => {
    finished(at(10, "run-a"));
    finished(at(20, "run-b"));
    await connect();

    expect(snapshot()).toMatchObject({
      source: { kind: "session" },
      startMs: 0,
      endMs: 12_500,
      wallClockMs: Date.UTC(2026, 0, 1, 0, 0, 7, 500),
      isLive: true,
      tally: { windows: 8, comparable: 8, matching: 2, uncertain: 2, anomalies: 2 },
      filtered: 8,
      newest: { runId: "run-b", index: 3, ordinal: 7, endMs: 12_500 },
      ranges: [{ low: 1, high: 5 }],
      hasAnomaly: true,
      windowsPerSecond: 0,
    });
    expect(snapshot().placed.map(({ run, startMs }) => [run.runId, startMs])).toEqual([
      ["run-a", 0],
      ["run-b", 10_000],
    ]);
    expect(snapshot().result).toMatchObject({ classes: ["idle", "wave"], intervalMs: 500 });
    expect(server().subscribed).toEqual(["feed"]);
  });

  it("reads the newest runs first, and no faster than the server allows", async () => {
    for (let i = 0; i < 100; i++) finished(at(10 * i, `run-${i}`));
    await connect();
    const read = server().said.filter(({ type, log }) => type === "sub" && log !== "feed");
    expect(read.length).toBeLessThanOrEqual(40);
    expect(read.map(({ log }) => log).slice(0, 2)).toEqual(["run-99", "run-98"]);

    await settle(10_000);

    expect(snapshot().tally.windows).toBe(400);
    expect(snapshot().newest?.ordinal).toBe(399);
  });

  it("leaves room for a run that is looked at and for other logs, however many runs of the session are being read", async () => {
    for (let i = 0; i < 100; i++) {
      const run = at(10 * i, `run-${i}`, { state: "streaming" });
      logs.set(run.runId, { entries: [runEntry(run), windowsEntry(WINDOWS)], isSealed: false });
      logs.get("feed")?.entries.push(runEntry(run));
    }
    const watched = ["test-1", "test-2", "recording-1", "recording-2"];
    for (const log of watched) logs.set(log, { entries: [], isSealed: false });
    await connect();
    await settle(20_000);

    for (const log of watched) page.postMessage({ type: "watch", log });
    page.postMessage({ type: "show", source: { kind: "run", runId: "run-0", besideRunId: "run-1" } });
    await settle();

    expect(all("watched").filter(({ failure }) => failure)).toEqual([]);
    expect(snapshot()).toMatchObject({ tally: { windows: 4 }, placed: [{}, {}] });
    expect(snapshot().failure).toBeUndefined();
  });

  it("shows one run on its own clock, while it comes in, and counts how fast", async () => {
    const run = at(10, "run-a", { state: "streaming", windows: 2 });
    logs.set("run-a", {
      entries: [runEntry(run), readingsEntry([1, 2, 3, 4, 5]), windowsEntry(WINDOWS.slice(0, 2))],
      isSealed: false,
    });
    await connect({ kind: "run", runId: "run-a" });
    expect(snapshot()).toMatchObject({
      startMs: 0,
      endMs: 2500,
      isLive: true,
      tally: { windows: 2 },
      windowsPerSecond: 0,
    });
    const { version } = snapshot();

    server().append("run-a", windowsEntry(WINDOWS.slice(2), 2));
    await settle();

    expect(snapshot().tally.windows).toBe(4);
    expect(snapshot().windowsPerSecond).toBeCloseTo(0.5);
    expect(snapshot().version).toBeGreaterThan(version);
    expect(snapshot().wallClockMs).toBeUndefined();

    await settle(10_000);
    expect(snapshot().windowsPerSecond).toBe(0);
    server().append("run-a", runEntry(at(10, "run-a", { windows: 4 })));
    await settle();
    expect(snapshot().isLive).toBe(false);
  });

  it("tells no more than ten times a second, and nothing while nothing changes", async () => {
    finished(at(10, "run-a", { state: "streaming" }));
    logs.set("run-a", { entries: [...(logs.get("run-a")?.entries ?? [])], isSealed: false });
    await connect();
    await settle(10_000);
    updates.length = 0;

    for (let i = 0; i < 50; i++) {
      server().append("run-a", windowsEntry(WINDOWS.slice(0, 1), 4 + i));
      await settle(20);
    }
    expect(all("snapshot").length).toBeLessThanOrEqual(11);
    expect(all("snapshot").length).toBeGreaterThanOrEqual(9);

    await settle(20_000);
    updates.length = 0;
    // Pings go on; the way is as long as it was.
    await settle(4_000);
    expect(all("snapshot")).toEqual([]);
  });

  it("forgets a run whose log begins anew", async () => {
    const run = at(10, "run-a", { state: "streaming" });
    logs.set("run-a", { entries: [runEntry(run), windowsEntry(WINDOWS)], isSealed: false });
    await connect({ kind: "run", runId: "run-a" });
    expect(snapshot().tally.windows).toBe(4);

    server().restart("run-a", runEntry(run), windowsEntry(WINDOWS.slice(0, 1)));
    await settle();

    expect(snapshot().tally.windows).toBe(1);
  });

  it("takes what it reads anew for no new windows", async () => {
    const run = at(10, "run-a", { state: "streaming" });
    logs.set("run-a", { entries: [runEntry(run)], isSealed: false });
    await connect({ kind: "run", runId: "run-a" });
    server().restart("run-a", runEntry(run), windowsEntry(WINDOWS));
    await settle();
    expect(snapshot()).toMatchObject({ tally: { windows: 4 }, windowsPerSecond: 0 });

    server().append("run-a", windowsEntry(WINDOWS.slice(0, 1), 4));
    await settle();
    expect(snapshot().windowsPerSecond).toBe(0.25);
  });

  it("is loading until all windows that were there before are read", async () => {
    for (let i = 0; i < 40; i++) finished(at(10 * i, `run-${i}`));
    await connect();
    expect(snapshot().tally.windows).toBeLessThan(160);
    expect(snapshot().isLoading).toBe(true);

    await settle(10_000);
    expect(snapshot()).toMatchObject({ tally: { windows: 160 }, isLoading: false });
  });

  it("does not wait for windows that the server has no more", async () => {
    finished(at(10, "run-a"));
    logs.get("feed")?.entries.push(runEntry(at(20, "run-gone")));
    await connect();
    await settle(10_000);

    expect(snapshot()).toMatchObject({ tally: { windows: 4 }, isLoading: false });
  });

  it("keeps the signal's scale while the view is held, and gives it up afterwards", async () => {
    const range = { startMs: 0, endMs: 2_500 };
    finished(at(10, "run-a"));
    await connect();
    page.postMessage({ type: "range", range, holdsScale: true });
    const run = at(20, "run-b");
    logs.set("run-b", {
      entries: [runEntry(run), readingsEntry([1, 2, 3, 4, 90]), windowsEntry(WINDOWS)],
      isSealed: true,
    });
    server().append("feed", runEntry(run));
    await settle(1_000);
    expect(snapshot()).toMatchObject({ tally: { windows: 8 }, ranges: [{ low: 1, high: 5 }] });

    page.postMessage({ type: "range", range, holdsScale: false });
    page.postMessage({ type: "filter", filter: { only: "all" } });
    await settle();
    expect(snapshot().ranges).toEqual([{ low: 1, high: 90 }]);
  });

  it("begins the list and the session anew with the feed", async () => {
    finished(at(10, "run-a"));
    finished(at(20, "run-b"));
    await connect();

    server().restart("feed", runEntry(at(20, "run-b")));
    await settle();

    expect(
      all("runs")
        .at(-1)
        ?.runs.map(({ runId }) => runId),
    ).toEqual(["run-b"]);
    expect(snapshot()).toMatchObject({ startMs: 0, endMs: 2500, tally: { windows: 4 } });
  });

  it("keeps what it has read of the session when the feed begins anew while one run is looked at", async () => {
    const runs = [at(10, "run-a"), at(20, "run-b")];
    for (const run of runs) finished(run);
    await connect();
    page.postMessage({ type: "show", source: { kind: "run", runId: "run-a" } });
    await settle();
    server().restart("feed", ...runs.map((run) => runEntry(run)));
    await settle();
    page.postMessage({ type: "show", source: { kind: "session" } });
    await settle();

    expect(snapshot().tally.windows).toBe(8);
    const read = server().said.filter(({ type, log }) => type === "sub" && log !== "feed");
    expect(read.map(({ log }) => log)).toEqual(["run-b", "run-a"]);
  });

  it("asks again for a feed that is not there, as while a store is emptied", async () => {
    logs.delete("feed");
    await connect();
    expect(all("runs")).toEqual([]);

    logs.set("feed", { entries: [], isSealed: false });
    finished(at(10, "run-a"));
    await settle(6_000);

    expect(snapshot().tally.windows).toBe(4);
  });

  it("goes on where it was over a lost connection", async () => {
    const run = at(10, "run-a", { state: "streaming" });
    logs.set("run-a", { entries: [runEntry(run), windowsEntry(WINDOWS.slice(0, 2))], isSealed: false });
    await connect({ kind: "run", runId: "run-a" });
    server().drop(1006);
    await settle(10);
    expect(all("connection").at(-1)?.state.name).toBe("waiting");
    logs.get("run-a")?.entries.push(windowsEntry(WINDOWS.slice(2), 2));

    page.postMessage({ type: "retry" });
    await settle(10);
    server().accept();
    await settle();

    expect(servers).toHaveLength(2);
    expect(snapshot().tally.windows).toBe(4);
  });

  it("says why a run cannot be shown, and goes on without one in a session", async () => {
    finished(at(10, "run-a"));
    logs.get("feed")?.entries.push(runEntry(at(20, "run-gone")));
    await connect();
    expect(snapshot().failure).toBeUndefined();
    expect(snapshot().tally.windows).toBe(4);

    page.postMessage({ type: "show", source: { kind: "run", runId: "run-other" } });
    await settle();

    expect(snapshot()).toMatchObject({ failure: "There is no log run-other.", placed: [], isLive: false });

    finished(at(30, "run-other"));
    page.postMessage({ type: "show", source: { kind: "run", runId: "run-other" } });
    await settle();

    expect(snapshot().failure).toBeUndefined();
    expect(snapshot().tally.windows).toBe(4);
  });

  it("reads a run and the one beside it, and leaves both for another", async () => {
    finished(at(10, "run-a"));
    const faster = at(20, "run-b");
    logs.set("run-b", {
      entries: [runEntry(faster), windowsEntry(WINDOWS.map((window) => ({ ...window, scores: [0.5, 0.5] })))],
      isSealed: false,
    });
    await connect({ kind: "run", runId: "run-a", besideRunId: "run-b" });

    expect(snapshot().placed.map(({ run }) => run.runId)).toEqual(["run-a", "run-b"]);
    expect(snapshot().tally.windows).toBe(4);
    expect(await ask("window", { runId: "run-a", index: 0 })).toMatchObject({
      answer: { scores: [0.75, 0.25], beside: { scores: [0.5, 0.5], verdict: "idle" } },
    });

    page.postMessage({ type: "show", source: { kind: "run", runId: "run-a" } });
    await settle();
    expect(server().subscribed).toEqual(["feed"]);
    expect(snapshot().placed).toHaveLength(1);
  });

  it("judges by other limits and goes back", async () => {
    finished(at(10, "run-a"));
    await connect();
    for (const minimumConfidence of [0.9, 0.8, 0.5]) {
      page.postMessage({ type: "whatIf", thresholds: { minimumConfidence, anomaly: 0.9 } });
    }
    await settle();
    expect(snapshot().tally).toMatchObject({ uncertain: 0, anomalies: 0, matching: 2 });

    page.postMessage({ type: "whatIf", thresholds: undefined });
    await settle();
    expect(snapshot().tally).toMatchObject({ uncertain: 1, anomalies: 1, matching: 1 });
  });

  it("answers with the rows that pass the filter, and refuses what it cannot", async () => {
    finished(at(10, "run-a"));
    await connect();
    page.postMessage({ type: "filter", filter: { only: "mismatch" } });
    await settle();

    expect(snapshot().filtered).toBe(3);
    expect(await ask("rows", { from: 1, to: 9 })).toMatchObject({ answer: [{ index: 2 }, { index: 3 }] });
    expect(await ask("row", { runId: "run-a", index: 3 })).toMatchObject({ answer: 2 });
    expect(await ask("rows", { from: 0, to: 1e9 })).toMatchObject({ type: "refusal" });
    expect(await ask("picture", {})).toMatchObject({ type: "refusal", message: "Nothing is drawn yet." });
    expect(await ask("readings", { runId: "run-a", index: 1 })).toMatchObject({
      answer: { intervalMs: 500, values: Float32Array.of(2, 3) },
    });
    expect(await ask("readings", { runId: "run-none", index: 1 })).toMatchObject({ type: "answer", answer: undefined });
  });

  it("asks the page for tickets, and connects without none", async () => {
    page.postMessage({ type: "connect", url: "ws://test/live", needsTicket: true });
    await settle();
    expect(all("wantsTicket")).toHaveLength(1);
    expect(servers).toHaveLength(0);

    page.postMessage({ type: "ticket", id: all("wantsTicket")[0]?.id ?? -1, ticket: undefined });
    await settle(10);
    expect(all("connection").at(-1)?.state).toMatchObject({
      name: "waiting",
      reason: "no ticket: The session has ended.",
    });

    page.postMessage({ type: "retry" });
    await settle(10);
    page.postMessage({ type: "ticket", id: all("wantsTicket")[1]?.id ?? -1, ticket: "t-1" });
    await settle(10);
    server().accept();
    expect(server().said[0]).toMatchObject({ type: "hello", ticket: "t-1" });
  });

  it("gives a ticket to the connection that it was asked for", async () => {
    page.postMessage({ type: "connect", url: "ws://test/live", needsTicket: true });
    page.postMessage({ type: "connect", url: "ws://test/live", needsTicket: true });
    await settle();
    const [early, late] = all("wantsTicket");

    page.postMessage({ type: "ticket", id: early?.id ?? -1, ticket: undefined });
    page.postMessage({ type: "ticket", id: late?.id ?? -1, ticket: "t-2" });
    await settle(10);
    expect(servers).toHaveLength(1);
    server().accept();

    expect(server().said[0]).toMatchObject({ type: "hello", ticket: "t-2" });
  });

  it("tells nothing any more once it is closed", async () => {
    finished(at(10, "run-a"));
    await connect();
    scope.close();
    updates.length = 0;
    await settle(10_000);

    expect(updates.filter(({ type }) => type !== "connection")).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("measures how late the page is", async () => {
    await connect();
    const { t } = server().said.find(({ type }) => type === "ping") ?? { t: 0 };
    server().say({ type: "hb", t });
    await settle();

    expect(snapshot().lagMs).toBeGreaterThanOrEqual(0);
    server().drop(1006);
    await settle();
    expect(snapshot().lagMs).toBeUndefined();
  });

  it("follows a test run or a recording while the page wants to know", async () => {
    const testRun = { testRunId: "test-1", state: "classifying", lines: [], predictions: 0 } as unknown as TestRun;
    const recording = { recordingId: "recording-1", state: "reading", percent: 40 } as unknown as Recording;
    logs.set("test-1", { entries: [{ kind: "test-run", log: 1, seq: 0, testRun }], isSealed: false });
    logs.set("recording-1", { entries: [{ kind: "recording", log: 1, seq: 0, recording }], isSealed: true });
    await connect();
    for (const log of ["test-1", "recording-1", "test-none"]) page.postMessage({ type: "watch", log });
    await settle();

    const watched = new Map(all("watched").map((update) => [update.log, update]));
    expect(watched.size).toBe(3);
    expect(watched.get("test-none")?.failure).toBe("There is no log test-none.");
    expect(watched.get("test-1")?.testRun).toEqual(testRun);
    expect(watched.get("recording-1")?.recording).toEqual(recording);
    expect(server().subscribed).toEqual(["feed", "test-1"]);

    page.postMessage({ type: "unwatch", log: "test-1" });
    await settle();
    expect(server().subscribed).toEqual(["feed"]);
  });

  it("tells everybody who asks for a log how it stands, also while it is followed already", async () => {
    const testRun = { testRunId: "test-1", state: "classifying", lines: [], predictions: 0 } as unknown as TestRun;
    logs.set("test-1", { entries: [{ kind: "test-run", log: 1, seq: 0, testRun }], isSealed: false });
    await connect();
    for (let i = 0; i < 2; i++) {
      page.postMessage({ type: "watch", log: "test-1" });
      await settle();
    }

    expect(all("watched").map((update) => update.testRun)).toEqual([testRun, testRun]);
  });

  it("follows what the page asked for before there was a connection, and over a new one", async () => {
    const testRun = { testRunId: "test-1", state: "classifying", lines: [], predictions: 0 } as unknown as TestRun;
    logs.set("test-1", { entries: [{ kind: "test-run", log: 1, seq: 0, testRun }], isSealed: false });
    page.postMessage({ type: "watch", log: "test-1" });
    await connect();
    await connect();

    expect(servers).toHaveLength(2);
    expect(all("watched")).toHaveLength(2);
    expect(server().subscribed.sort()).toEqual(["feed", "test-1"]);
  });

  it("passes on what the server says of Studio and of its own store", async () => {
    await connect();
    server().say({ type: "studio", state: "unreachable", message: "Studio is away." });
    server().say({ type: "store", state: "refusing", message: "The disk is full." });
    await settle(0);

    expect(all("studio")).toEqual([{ type: "studio", state: "unreachable", message: "Studio is away." }]);
    expect(all("store")).toEqual([{ type: "store", state: "refusing", message: "The disk is full." }]);
  });

  it("leaves no timer and no subscription behind when it is closed", async () => {
    finished(at(10, "run-a"));
    await connect();
    page.postMessage({ type: "whatIf", thresholds: { anomaly: 1 } });
    scope.close();
    await settle(0);

    expect(server().subscribed).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
