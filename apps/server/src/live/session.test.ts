import { createMemoryRunLog, type RunLog } from "@windowscope/runlog";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { SILENT_LOG } from "../log.ts";
import { STORING } from "../runs/refusals.ts";
import { FakeViewer } from "./fakes.ts";
import { LiveHub } from "./hub.ts";
import { DEFAULT_LIMITS } from "./limits.ts";

const status = { state: "connected", message: "Connected" } as const;

let runLog: RunLog;
let hub: LiveHub;
let viewer: FakeViewer;

beforeEach(async () => {
  vi.useFakeTimers();
  runLog = createMemoryRunLog();
  await runLog.open("run-1");
  hub = new LiveHub({ runLog, log: SILENT_LOG });
  hub.setStatus(status);
  viewer = new FakeViewer(hub);
});

afterEach(() => {
  viewer.disconnect();
  vi.useRealTimers();
});

describe("ViewerSession", () => {
  it("[P4] welcomes who says hello, and tells how it stands with Studio", () => {
    viewer.say({ type: "hello", client: "test" });

    expect(viewer.messages).toEqual([
      { type: "welcome", server: "windowscope", heartbeatMs: DEFAULT_LIMITS.heartbeatMs },
      { type: "studio", ...status },
      { type: "store", ...STORING },
    ]);
    hub.setStatus({ state: "unreachable", message: "gone" });
    expect(viewer.messages.at(-1)).toEqual({ type: "studio", state: "unreachable", message: "gone" });
  });

  it("[P42] tells who is there and who comes that nothing can be stored, and when that is over", () => {
    const full = { state: "refusing", message: "The disk is full" } as const;
    const toldOf = ({ messages }: FakeViewer) => messages.filter(({ type }) => type === "store");
    const late = new FakeViewer(hub);
    viewer.say({ type: "hello", client: "test" });
    hub.setStoreStatus(full);
    hub.setStoreStatus({ ...full });
    late.say({ type: "hello", client: "test" });
    hub.setStoreStatus(STORING);

    expect(toldOf(viewer)).toEqual([STORING, full, STORING].map((store) => ({ type: "store", ...store })));
    expect(toldOf(late)).toEqual([full, STORING].map((store) => ({ type: "store", ...store })));
    late.disconnect();
  });

  it("[P4] closes with 4108 when no hello comes within 5 s", () => {
    vi.advanceTimersByTime(4_999);
    expect(viewer.closed).toBeUndefined();
    vi.advanceTimersByTime(1);

    expect(viewer.closed?.code).toBe(4108);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    { what: "a second hello", send: () => (viewer.greet(), viewer.say({ type: "hello", client: "again" })) },
    { what: "anything before hello", send: () => viewer.say({ type: "sub", id: 1, log: "run-1", from: "start" }) },
    { what: "an unknown type", send: () => (viewer.greet(), viewer.say({ type: "open" })) },
    { what: "what is no JSON", send: () => viewer.session.received("hello") },
    { what: "a binary frame", send: () => viewer.session.received(undefined) },
  ])("[P3] closes with 4400 on $what", ({ send }) => {
    send();

    expect(viewer.closed?.code).toBe(4400);
  });

  it("[P6] speaks and pings after every heartbeat of silence, and drops who does not answer", async () => {
    viewer.greet();
    await vi.advanceTimersByTimeAsync(DEFAULT_LIMITS.heartbeatMs);
    expect(viewer.messages).toEqual([{ type: "hb" }]);
    viewer.session.heard();
    await vi.advanceTimersByTimeAsync(DEFAULT_LIMITS.heartbeatMs);
    expect(viewer.messages).toEqual([{ type: "hb" }, { type: "hb" }]);
    expect(viewer.pings).toBe(2);

    viewer.session.heard();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(viewer.isTerminated).toBe(false);
    await vi.advanceTimersByTimeAsync(DEFAULT_LIMITS.heartbeatMs);
    expect(viewer.isTerminated).toBe(true);
  });

  it("[P6] is never silent for longer than a heartbeat, whenever it last spoke", async () => {
    viewer.greet();
    await vi.advanceTimersByTimeAsync(DEFAULT_LIMITS.heartbeatMs + 1);
    viewer.session.heard();
    hub.setStatus({ state: "unreachable", message: "gone" });
    viewer.messages.length = 0;
    await vi.advanceTimersByTimeAsync(DEFAULT_LIMITS.heartbeatMs);

    expect(viewer.messages).toEqual([{ type: "hb" }]);
  });

  it("closes with 1013 who leaves megabytes of answers unread", () => {
    viewer.greet();
    viewer.reads = false;
    for (let i = 0; i < 100_000 && !viewer.closed; i++) {
      viewer.session.setStatus({ type: "studio", state: "unreachable", message: "x".repeat(150) });
    }

    expect(viewer.closed?.code).toBe(1013);
    expect(viewer.bufferedAmount).toBeLessThan(5 * 1024 * 1024);
  });

  it("says goodbye with the wait that it asks for", () => {
    viewer.greet();
    viewer.session.sayGoodbye(700);

    expect(viewer.messages).toEqual([{ type: "bye", inMs: 700 }]);
    expect(viewer.closed?.code).toBe(1012);
  });
});
