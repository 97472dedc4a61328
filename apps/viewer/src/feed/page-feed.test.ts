import { encodeRun, type LiveSocket, type Run } from "@windowscope/protocol";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { PageFeed } from "./page-feed.svelte.ts";

/** The server's end of the page's socket. */
class FakeServer implements LiveSocket {
  binaryType = "";
  readonly #subscribed = new Map<number, string>();
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;

  send(text: string): void {
    const message = JSON.parse(text) as { type: string; id: number; log: string };
    if (message.type === "sub") {
      this.#subscribed.set(message.id, message.log);
      if (this.opensRuns && message.log !== "feed") queueMicrotask(() => this.#open(message.id, message.log));
    }
    if (message.type === "unsub") this.#subscribed.delete(message.id);
  }

  /** Whether the log of a run begins to come as soon as it is asked for. */
  opensRuns = true;

  #open(id: number, log: string): void {
    this.say({ type: "subok", id, log, number: 1_000 + id, epoch: "e", first: 0, next: 1, from: 0 });
    const entry = encodeRun({ log: 1_000 + id, seq: 0 }, { ...run, runId: log });
    this.onmessage?.({ data: entry.buffer } as never);
  }

  get subscribed(): string[] {
    return [...this.#subscribed.values()];
  }

  close(): void {
    this.onclose?.({ code: 1000, reason: "" } as never);
  }

  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) } as never);
  }

  /** Accepts the page and shows it the feed. */
  accept(): void {
    this.onopen?.({} as never);
    this.say({ type: "welcome", server: "test", heartbeatMs: 25_000 });
    this.say({ type: "subok", id: 1, log: "feed", number: 1, epoch: "e", first: 0, next: 0, from: 0 });
  }

  #next = 0;

  tell(state: Partial<Run>): void {
    const entry = encodeRun({ log: 1, seq: this.#next++ }, { ...run, ...state });
    this.onmessage?.({ data: entry.buffer } as never);
  }
}

const run: Run = {
  runId: "run-1",
  projectId: 1,
  sampleId: 7,
  sampleName: "idle.7",
  expectedLabel: "idle",
  state: "finished",
  createdAt: "2026-01-01T00:00:00.000Z",
  windows: 0,
  verdicts: {},
  comparable: 0,
  matching: 0,
};

function at(second: number): string {
  return `2026-01-01T00:00:${String(second).padStart(2, "0")}.000Z`;
}

let servers: FakeServer[];
let stop: AbortController;
let feed: PageFeed;

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network in tests")));
  servers = [];
  stop = new AbortController();
  const openSocket = () => {
    const server = new FakeServer();
    servers.push(server);
    return server;
  };
  feed = new PageFeed("ws://test/live", openSocket, (show) => {
    queueMicrotask(show);
    return () => undefined;
  });
  feed.start(stop.signal);
  await settle();
});

afterEach(() => {
  stop.abort();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function server(): FakeServer {
  return servers.at(-1) as FakeServer;
}

async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

describe("PageFeed", () => {
  it("lists runs with their newest state, the newest run first, and opens that one", async () => {
    server().accept();
    server().tell({ runId: "run-1", createdAt: at(1), state: "waiting" });
    server().tell({ runId: "run-1", createdAt: at(1), windows: 3 });
    server().tell({ runId: "run-2", createdAt: at(2), windows: 5 });
    await settle();

    expect(feed.runs.all.map(({ runId, windows }) => [runId, windows])).toEqual([
      ["run-2", 5],
      ["run-1", 3],
    ]);
    expect(feed.view?.runId).toBe("run-2");
    expect(server().subscribed).toContain("run-2");
  });

  it("stays with the run that has something to see while a newer one only waits", async () => {
    server().accept();
    server().tell({ runId: "run-1", createdAt: at(1) });
    server().tell({ runId: "run-2", createdAt: at(2), state: "waiting" });
    await settle();
    expect(feed.view?.runId).toBe("run-1");

    server().tell({ runId: "run-2", createdAt: at(2), state: "failed", error: "no" });
    await settle();

    expect(feed.view?.runId).toBe("run-2");
  });

  it("stops following when somebody picks a run, and goes on when asked to", async () => {
    server().accept();
    server().tell({ runId: "run-1", createdAt: at(1) });
    server().tell({ runId: "run-2", createdAt: at(2) });
    await settle();
    feed.show("run-1");
    server().tell({ runId: "run-3", createdAt: at(3) });
    await settle();
    expect({ shown: feed.view?.runId, follows: feed.follows }).toEqual({ shown: "run-1", follows: false });
    expect(server().subscribed).toEqual(["feed", "run-1"]);

    feed.toggleFollowing();
    await settle();
    expect({ shown: feed.view?.runId, follows: feed.follows }).toEqual({ shown: "run-3", follows: true });

    feed.toggleFollowing();
    server().tell({ runId: "run-4", createdAt: at(4) });
    await settle();
    expect({ shown: feed.view?.runId, follows: feed.follows }).toEqual({ shown: "run-3", follows: false });
  });

  it("keeps the old run on the screen until there is something of the new one", async () => {
    server().accept();
    server().tell({ runId: "run-1", createdAt: at(1) });
    await settle();
    server().opensRuns = false;
    server().tell({ runId: "run-2", createdAt: at(2) });
    await settle();
    expect({ shown: feed.view?.runId, wanted: feed.wantedId }).toEqual({ shown: "run-1", wanted: "run-2" });

    server().opensRuns = true;
    server().tell({ runId: "run-3", createdAt: at(3) });
    await settle();

    expect({ shown: feed.view?.runId, wanted: feed.wantedId }).toEqual({ shown: "run-3", wanted: "run-3" });
    expect(server().subscribed).toEqual(["feed", "run-3"]);
  });

  it("goes back to the run on the screen when that is wanted after all", async () => {
    server().accept();
    server().tell({ runId: "run-1", createdAt: at(1) });
    await settle();
    server().opensRuns = false;
    server().tell({ runId: "run-2", createdAt: at(2) });
    await settle();
    feed.show("run-1");
    await settle();

    expect({ shown: feed.view?.runId, wanted: feed.wantedId }).toEqual({ shown: "run-1", wanted: "run-1" });
    expect(server().subscribed).toEqual(["feed", "run-1"]);
  });

  it("does not take the page away from somebody who looks at a window", async () => {
    server().accept();
    server().tell({ runId: "run-1", createdAt: at(1) });
    await settle();
    vi.spyOn(feed.view!, "selected", "get").mockReturnValue(0);
    server().tell({ runId: "run-2", createdAt: at(2) });
    await settle();
    expect({ shown: feed.view?.runId, follows: feed.follows }).toEqual({ shown: "run-1", follows: false });

    vi.restoreAllMocks();
    feed.letGo();
    await settle();

    expect({ shown: feed.view?.runId, follows: feed.follows }).toEqual({ shown: "run-2", follows: true });
  });

  it("keeps the runs and the view over a lost connection", async () => {
    server().accept();
    server().tell({ runId: "run-1", createdAt: at(1) });
    await settle();
    const { view } = feed;
    server().onclose?.({ code: 1006, reason: "" } as never);
    await settle();
    expect(feed.connection.name).toBe("waiting");

    feed.retryNow();
    server().accept();
    await settle();

    expect(servers).toHaveLength(2);
    expect(feed.connection.name).toBe("open");
    expect(feed.view).toBe(view);
    expect(server().subscribed.sort()).toEqual(["feed", "run-1"]);
    expect(feed.runs.all).toHaveLength(1);
  });

  it("starts the list over when the server's feed begins anew", async () => {
    server().accept();
    server().tell({ runId: "run-1", createdAt: at(1) });
    await settle();
    server().say({ type: "reset", id: 1, log: "feed", number: 1, epoch: "e2", first: 0, next: 0, why: "epoch" });
    await settle();

    expect(feed.runs.all).toEqual([]);
  });

  it("tells how the server stands with Studio, and when the list is complete", async () => {
    server().accept();
    expect(feed.isCaughtUp).toBe(false);
    server().say({ type: "studio", state: "unreachable", message: "Studio does not answer" });
    server().say({ type: "live", id: 1, next: 0 });
    await settle();

    expect(feed.studio).toEqual({ state: "unreachable", message: "Studio does not answer" });
    expect(feed.isCaughtUp).toBe(true);
  });

  it("tells that the server cannot store what happens, until it can", async () => {
    server().accept();
    server().say({ type: "store", state: "refusing", message: "The disk is full" });
    await settle();
    expect(feed.storeTrouble).toBe("The disk is full");

    server().say({ type: "store", state: "storing", message: "Stored" });
    await settle();
    expect(feed.storeTrouble).toBeUndefined();
  });
});
