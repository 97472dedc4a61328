import { createMemoryRunLog, type RunLog } from "@windowscope/runlog";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Access, Grant } from "../access/access.ts";
import { SILENT_LOG } from "../log.ts";
import { append, FakeViewer, settle } from "./fakes.ts";
import { LiveHub } from "./hub.ts";

const TTL_MS = 60_000;

/** Tickets that are good once. */
class FakeAccess implements Access {
  readonly isOpen = false;
  readonly tickets = new Map<string, Omit<Grant, "expiresAtMs">>();
  revoke: (session: string) => void = () => undefined;

  async redeem(ticket: string): Promise<Grant | undefined> {
    const grant = this.tickets.get(ticket);
    this.tickets.delete(ticket);
    return grant && { ...grant, expiresAtMs: Date.now() + TTL_MS };
  }

  onRevoked(listener: (session: string) => void): () => void {
    this.revoke = listener;
    return () => undefined;
  }
}

let access: FakeAccess;
let runLog: RunLog;
let hub: LiveHub;
let viewer: FakeViewer;

beforeEach(async () => {
  vi.useFakeTimers();
  access = new FakeAccess();
  runLog = createMemoryRunLog();
  await runLog.open("run-1");
  await runLog.open("run-2");
  hub = new LiveHub({ runLog, log: SILENT_LOG, access });
  viewer = new FakeViewer(hub);
});

afterEach(() => {
  viewer.disconnect();
  vi.useRealTimers();
});

async function enter(logs: Grant["logs"] = "all", session = "s1"): Promise<void> {
  access.tickets.set("first", { session, logs });
  viewer.say({ type: "hello", client: "test", ticket: "first" });
  await settle();
}

async function letPass(ms: number): Promise<void> {
  for (; ms > 0; ms -= 1_000) {
    viewer.session.heard();
    await vi.advanceTimersByTimeAsync(1_000);
  }
}

describe("hello where an access token is asked for", () => {
  it("welcomes who shows a ticket, and says how long that holds", async () => {
    await enter();

    expect(viewer.messages[0]).toMatchObject({ type: "welcome", expiresInMs: TTL_MS });
    expect(viewer.closed).toBeUndefined();
  });

  it.each([{}, { ticket: "made-up" }])("closes with 4401 on a hello with %j", async (more) => {
    viewer.say({ type: "hello", client: "test", ...more });
    await settle();

    expect(viewer.closed?.code).toBe(4401);
    expect(viewer.messages).toEqual([]);
  });

  it("closes with 4401 when a ticket is used again", async () => {
    await enter();
    const second = new FakeViewer(hub);
    second.say({ type: "hello", client: "test", ticket: "first" });
    await settle();

    expect(second.closed?.code).toBe(4401);
  });

  it("answers what came right behind hello once the ticket is checked, and nothing before", async () => {
    await append(runLog, 2, { log: "run-1" });
    access.tickets.set("first", { session: "s1", logs: "all" });
    viewer.say({ type: "hello", client: "test", ticket: "first" });
    viewer.say({ type: "sub", id: 1, log: "run-1", from: "start" });
    expect(viewer.messages).toEqual([]);
    await settle();

    expect(viewer.messages.map(({ type }) => type)).toEqual(["welcome", "studio", "store", "subok", "live"]);
    expect(viewer.seqs).toEqual([0, 1]);
  });

  it("[P3] closes with 4400 on a second hello while the first is being checked", async () => {
    access.tickets.set("first", { session: "s1", logs: "all" });
    for (let i = 0; i < 2; i++) viewer.say({ type: "hello", client: "test", ticket: "first" });
    await settle();

    expect(viewer.closed?.code).toBe(4400);
  });
});

describe("sub with a ticket for some runs", () => {
  it("follows those, and closes with 4403 on any other", async () => {
    await enter(["run-1"]);
    await viewer.subscribe("start", "run-1");
    expect(viewer.told("subok")).toHaveLength(1);
    await viewer.subscribe("start", "run-2");

    expect(viewer.closed?.code).toBe(4403);
  });

  it("[P13] follows the feed, runs, test runs and recordings", async () => {
    await enter();
    for (const log of ["feed", "run-1", "test-1", "recording-1"]) {
      await runLog.open(log);
      await viewer.subscribe("start", log);
    }

    expect(viewer.told("subok")).toHaveLength(4);
  });

  it.each(["session-1", "sessions-ended", "ticket-1", "watch-1-testing", "starts", "retention", "feeds", "new"])(
    "[P13] knows no log %s, whatever the ticket is for",
    async (log) => {
      await enter();
      await runLog.open(log);
      await viewer.subscribe("start", log);

      expect(viewer.told("err").map(({ code }) => code)).toEqual(["no_such_log"]);
      expect(viewer.told("subok")).toEqual([]);
    },
  );
});

describe("the time of a ticket", () => {
  it("closes with 4202 when it is over", async () => {
    await enter();
    await letPass(TTL_MS - 2_000);
    expect(viewer.closed).toBeUndefined();
    await letPass(3_000);

    expect(viewer.closed?.code).toBe(4202);
  });

  it("begins anew with auth", async () => {
    await enter();
    await letPass(TTL_MS - 5_000);
    access.tickets.set("second", { session: "s1", logs: "all" });
    viewer.say({ type: "auth", ticket: "second" });
    await letPass(TTL_MS - 5_000);

    expect(viewer.closed).toBeUndefined();
  });

  it("closes with 4202 when auth shows no good ticket", async () => {
    await enter();
    viewer.say({ type: "auth", ticket: "made-up" });
    await settle();

    expect(viewer.closed?.code).toBe(4202);
  });

  it("closes with 4403 when auth shows a ticket that is not for a log that is followed", async () => {
    await enter();
    await viewer.subscribe("start", "run-1");
    access.tickets.set("second", { session: "s1", logs: ["run-2"] });
    viewer.say({ type: "auth", ticket: "second" });
    await settle();

    expect(viewer.closed?.code).toBe(4403);
  });
});

describe("the end of a session", () => {
  it("closes with 4403 whom it let in, and nobody else", async () => {
    await enter("all", "s1");
    const other = new FakeViewer(hub);
    access.tickets.set("other", { session: "s2", logs: "all" });
    other.say({ type: "hello", client: "test", ticket: "other" });
    await settle();
    access.revoke("s1");

    expect(viewer.closed?.code).toBe(4403);
    expect(other.closed).toBeUndefined();
    other.disconnect();
  });
});
