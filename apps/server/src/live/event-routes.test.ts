import { decodeEntries } from "@windowscope/protocol";
import { createMemoryRunLog, type LogState, type RunLog } from "@windowscope/runlog";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";

import { SESSION_MS } from "../access/token-access.ts";
import { SILENT_LOG } from "../log.ts";
import { createClientReader } from "../proxy.ts";
import { STORING } from "../runs/refusals.ts";
import { createTestApp, deleteOnceFound, TEST_TOKEN, type TestApp } from "../test-app.ts";
import { eventRoutes } from "./event-routes.ts";
import { append, settle, upTo } from "./fakes.ts";
import { LiveHub } from "./hub.ts";

const env = { incoming: { socket: { remoteAddress: "192.0.2.1" } } };

let runLog: RunLog;
let state: LogState;
let hub: LiveHub;

beforeEach(async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  runLog = createMemoryRunLog();
  state = await runLog.open("run-1");
  hub = new LiveHub({ runLog, log: SILENT_LOG, limits: { connectionsPerAddress: 2 } });
});

async function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  const readClient = createClientReader([]);
  return eventRoutes({ hub, runLog, readClient, callerOf: undefined }).request(path, { headers }, env);
}

interface Event {
  readonly id: string | undefined;
  readonly type: string | undefined;
  readonly data: { readonly entries?: readonly { readonly seq: number }[] } & Record<string, unknown>;
}

/** Reads a stream of events as it comes. */
function follow(response: Response) {
  let text = "";
  let isOver = false;
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  void (async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      text += Buffer.from(value).toString();
    }
    isOver = true;
  })();
  const events = (): Event[] =>
    text
      .split("\n\n")
      .filter((block) => block !== "")
      .map((block) => {
        const field = (name: string) =>
          block
            .split("\n")
            .find((line) => line.startsWith(`${name}: `))
            ?.slice(name.length + 2);
        return { id: field("id"), type: field("event"), data: JSON.parse(field("data") ?? "{}") as Event["data"] };
      });
  return {
    events,
    seqs: () => events().flatMap(({ data }) => data.entries?.map(({ seq }) => seq) ?? []),
    types: () => events().map(({ type }) => type),
    isOver: () => isOver,
    text: () => text,
    leave: () => reader.cancel(),
  };
}

describe("GET /runs/{runId}/events", () => {
  it("[P9] [P11] [P12] sends what there is and what comes, live in between, and ends at the end", async () => {
    await append(runLog, 2, { log: "run-1" });
    const response = await get("/runs/run-1/events");
    const events = follow(response);
    await settle();
    await append(runLog, 2, { log: "run-1", seal: true });
    await settle();

    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(response.headers.get("x-accel-buffering")).toBe("no");
    expect(events.types()).toEqual([undefined, "entries", "live", "entries", "end"]);
    expect(events.events().map(({ id }) => id)).toEqual([-1, 1, 1, 3, 4].map((seq) => `${state.epoch}:${seq}`));
    expect(events.seqs()).toEqual(upTo(4));
    expect(events.isOver()).toBe(true);
    expect([hub.tails.size, hub.admission.connections, vi.getTimerCount()]).toEqual([0, 0, 0]);
  });

  it("[P29] [P42] tells that nothing can be stored, without a place in the log, and not that all is well", async () => {
    const full = { state: "refusing", message: "The disk is full" } as const;
    await append(runLog, 1, { log: "run-1" });
    const first = follow(await get("/runs/run-1/events"));
    await settle();
    hub.setStoreStatus(full);
    const second = follow(await get("/runs/run-1/events"));
    await settle();
    hub.setStatus({ state: "unreachable", message: "Studio is away" });
    hub.setStoreStatus(STORING);
    await settle();

    const store = (status: object) => ({ id: undefined, type: "store", data: { type: "store", ...status } });
    expect(first.types()).toEqual([undefined, "entries", "live", "store", "store"]);
    expect(first.events().slice(3)).toEqual([store(full), store(STORING)]);
    expect(second.types()).toEqual(["store", undefined, "entries", "live", "store"]);
    expect(second.events()[0]).toEqual(store(full));
    await first.leave();
    await second.leave();
  });

  it.each([-1, 0, 2, 4])("[P8] resumes behind entry %i", async (seq) => {
    await append(runLog, 5, { log: "run-1" });
    const events = follow(await get("/runs/run-1/events", { "last-event-id": `${state.epoch}:${seq}` }));
    await settle();

    expect(events.seqs()).toEqual(upTo(5).slice(seq + 1));
    await events.leave();
  });

  it.each([
    { id: () => "other:1", why: "epoch" },
    { id: () => `${state.epoch}:9`, why: "ahead" },
  ])("[P10] resets who cannot be served: $why", async ({ id, why }) => {
    await append(runLog, 2, { log: "run-1" });
    const events = follow(await get("/runs/run-1/events", { "last-event-id": id() }));
    await settle();

    expect(events.events()[0]).toMatchObject({ type: "reset", data: { why, first: 0 } });
    expect(events.seqs()).toEqual([0, 1]);
    await events.leave();
  });

  it("answers 204 to who comes back after the end", async () => {
    await append(runLog, 2, { log: "run-1", seal: true });

    expect((await get("/runs/run-1/events", { "last-event-id": `${state.epoch}:2` })).status).toBe(204);
    expect(hub.admission.connections).toBe(0);
  });

  it("keeps nothing of who has left", async () => {
    const events = follow(await get("/runs/run-1/events"));
    await settle();
    await events.leave();

    expect([hub.tails.size, hub.admission.connections, vi.getTimerCount()]).toEqual([0, 0, 0]);
  });

  it("sends no more than 256 KiB ahead of who does not read, everything to who reads, and cuts off after 30 s", async () => {
    await append(runLog, 30, { log: "run-1", readings: 8_000 });
    const lazy = await get("/runs/run-1/events");
    const events = follow(await get("/runs/run-1/events"));
    await vi.advanceTimersByTimeAsync(25_000);
    expect(events.seqs()).toEqual(upTo(30));
    await vi.advanceTimersByTimeAsync(10_000);

    await expect(lazy.text()).rejects.toThrow("no progress");
    await events.leave();
  });

  it("says something in every silence, and goodbye with the wait when the server stops", async () => {
    const events = follow(await get("/runs/run-1/events"));
    await vi.advanceTimersByTimeAsync(25_000);
    expect(events.text()).toMatch(/\n:\n\n$/);
    await hub.drain();
    await settle();

    expect(events.text()).toMatch(/\nretry: \d+\n\n$/);
    expect(events.isOver()).toBe(true);
  });

  it("[P13] waits 5 s for a run that was there, also when nobody else is connected", async () => {
    await runLog.delete("run-1");
    const again = { "last-event-id": `${state.epoch}:0` };
    const [back, gone] = [get("/runs/run-1/events", again), get("/runs/run-2/events", again)];
    await vi.advanceTimersByTimeAsync(3_000);
    await append(runLog, 1, { log: "run-1" });
    await vi.advanceTimersByTimeAsync(4_000);
    const events = follow(await back);
    await settle();

    expect((await gone).status).toBe(404);
    expect(events.events()[0]).toMatchObject({ type: "reset", data: { why: "epoch" } });
    await events.leave();
    expect([hub.tails.size, hub.admission.connections, vi.getTimerCount()]).toEqual([0, 0, 0]);
  });

  it("[P13] says after 5 s that the run is gone when it is deleted before it is read, and ends", async () => {
    await append(runLog, 2, { log: "run-1", seal: true });
    deleteOnceFound(runLog);
    const read = vi.spyOn(runLog, "read");
    const events = follow(await get("/runs/run-1/events"));
    await vi.advanceTimersByTimeAsync(7_000);

    expect(events.types()).toEqual([undefined, "err"]);
    expect(events.events()[1]).toMatchObject({ data: { code: "no_such_log" } });
    expect(events.isOver()).toBe(true);
    expect([hub.tails.size, hub.admission.connections, vi.getTimerCount()]).toEqual([0, 0, 0]);
    expect(read.mock.calls.length).toBeLessThan(20);
  });

  it("opens nothing for HEAD, which has no body that could be read or left", async () => {
    const readClient = createClientReader([]);
    const routes = eventRoutes({ hub, runLog, readClient, callerOf: undefined });

    const response = await routes.request("/runs/run-1/events", { method: "HEAD" }, env);

    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect((await routes.request("/runs/run-2/events", { method: "HEAD" }, env)).status).toBe(404);
    expect([hub.tails.size, hub.admission.connections, vi.getTimerCount()]).toEqual([0, 0, 0]);
  });

  it("answers 404 where there is no run, 400 to an id that is none, 503 to one too many", async () => {
    expect((await get("/runs/run-2/events")).status).toBe(404);
    expect((await get("/runs/feed/events")).status).toBe(404);
    expect((await get("/runs/run-1/events", { "last-event-id": "1" })).status).toBe(400);
    expect(hub.admission.connections).toBe(0);
    const open = [follow(await get("/runs/run-1/events")), follow(await get("/runs/run-1/events"))];
    const refused = await get("/runs/run-1/events");

    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("5");
    for (const events of open) await events.leave();
  });
});

describe("GET /api/v1/runs/{runId}/events where an access token is asked for", () => {
  const PATH = "/api/v1/runs/run-1/events";
  let app: TestApp;
  let headers: Record<string, string>;

  beforeEach(async () => {
    app = await createTestApp({ token: TEST_TOKEN, runLog });
    onTestFinished(() => app.access?.close());
    const signedIn = await app.request("POST", "/api/v1/session", { body: { token: TEST_TOKEN } });
    headers = { cookie: signedIn.headers.get("set-cookie")?.split(";")[0] ?? "" };
  });

  it.each([PATH, "/api/v1/runs/run-1/log"])("answers 401 at %s to who is not signed in", async (path) => {
    expect((await app.request("GET", path)).status).toBe(401);
  });

  it("ends within a second of the session's end, on whichever replica that was", async () => {
    const response = await app.fetchRaw("GET", PATH, { headers });
    const other = await app.fetchRaw("GET", PATH, { headers: { authorization: `Bearer ${TEST_TOKEN}` } });
    const replica = await createTestApp({ token: TEST_TOKEN, runLog });
    const [ended, goesOn] = [whyOver(response), whyOver(other)];
    await replica.request("DELETE", "/api/v1/session", { headers });
    await vi.advanceTimersByTimeAsync(1_000);

    expect(ended()).toContain("the session was ended");
    expect(goesOn()).toBeUndefined();
    expect(app.hub.admission.connections).toBe(1);
    replica.access?.close();
    await app.hub.drain();
  });

  it("ends when the session's time is over", async () => {
    const response = await app.fetchRaw("GET", PATH, { headers });
    const ended = whyOver(response);
    await vi.advanceTimersByTimeAsync(SESSION_MS - 2_000);
    expect(ended()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(3_000);

    expect(ended()).toContain("the session's time is over");
    expect(app.hub.admission.connections).toBe(0);
  });

  it("does not begin when the session ends between the door and the stream", async () => {
    const readClient = createClientReader([]);
    const routes = eventRoutes({ hub, runLog, readClient, callerOf: async () => undefined });

    expect((await routes.request("/runs/run-1/events", {}, env)).status).toBe(401);
    expect([hub.admission.connections, hub.tails.size]).toEqual([0, 0]);
  });

  it("does not begin when the session ends while the run is looked for", async () => {
    const find = app.hub.tails.find.bind(app.hub.tails);
    vi.spyOn(app.hub.tails, "find").mockImplementationOnce(async (...args) => {
      await app.request("DELETE", "/api/v1/session", { headers });
      return find(...args);
    });
    const ended = whyOver(await app.fetchRaw("GET", PATH, { headers }));
    await settle();

    expect(ended()).toContain("the session was ended");
    expect([app.hub.admission.connections, app.hub.tails.size]).toEqual([0, 0]);
  });

  /** Reads to the end. @returns Why it broke off, as soon as that is known. */
  function whyOver(response: Response): () => string | undefined {
    let why: string | undefined;
    response.text().then(
      () => (why = "it was complete"),
      (error: unknown) => (why = String(error)),
    );
    return () => why;
  }
});

describe("GET /runs/{runId}/log", () => {
  it("answers whole entries from a place on, and where the next piece begins", async () => {
    await append(runLog, 5, { log: "run-1", seal: true });
    const seqs: number[] = [];
    let from = 0;
    for (let isOver = false; !isOver;) {
      const response = await get(`/runs/run-1/log?epoch=${state.epoch}&from=${from}&limit=90`);
      for (const { seq } of decodeEntries(new Uint8Array(await response.arrayBuffer()))) seqs.push(seq);
      from = Number(response.headers.get("windowscope-next"));
      isOver = response.headers.get("windowscope-end") === "true";
    }

    expect(seqs).toEqual(upTo(5));
    expect(from).toBe(5);
  });

  it.each(["epoch=other", "from=9"])("answers 409 and where to start over to ?%s", async (query) => {
    const response = await get(`/runs/run-1/log?${query}`);

    expect(response.status).toBe(409);
    expect(response.headers.get("windowscope-epoch")).toBe(state.epoch);
    expect(response.headers.get("windowscope-first")).toBe("0");
  });

  it("answers 404 when the run is deleted before it is read", async () => {
    await append(runLog, 2, { log: "run-1", seal: true });
    deleteOnceFound(runLog);
    const response = await get("/runs/run-1/log");

    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ type: "urn:windowscope:problem:no-such-run" });
  });

  it.each([
    { path: "/runs/run-1/log?from=-1", status: 400 },
    { path: "/runs/run-1/log?limit=x", status: 400 },
    { path: "/runs/run-9/log", status: 404 },
    { path: "/runs/session-1/log", status: 404 },
  ])("answers $status to $path", async ({ path, status }) => {
    expect((await get(path)).status).toBe(status);
  });
});
