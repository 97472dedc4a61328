import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { ConnectionState } from "./connection-state.ts";
import { FakeSocket, POSITION } from "./fake-socket.ts";
import { connectLive, type LiveConnection, type LiveOptions } from "./live-client.ts";

let sockets: FakeSocket[];
let states: ConnectionState[];
let stop: AbortController;
let live: LiveConnection;

beforeEach(() => {
  vi.useFakeTimers();
  // The longest wait, so that every one is known.
  vi.spyOn(Math, "random").mockReturnValue(1);
  sockets = [];
  states = [];
  stop = new AbortController();
});

afterEach(() => {
  stop.abort();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

async function connect(options: Partial<LiveOptions> = {}): Promise<void> {
  live = connectLive("ws://test/live", {
    client: "test",
    openSocket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    signal: stop.signal,
    onState: (state) => states.push(state),
    ...options,
  });
  await settle();
}

function socket(): FakeSocket {
  return sockets.at(-1) as FakeSocket;
}

async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

/** Hands out `t-1`, `t-2`, ... */
function ticketOffice() {
  let count = 0;
  return vi.fn(async () => `t-${++count}`);
}

describe("hello", () => {
  it("[P22] carries the ticket that is given, and none when there is none", async () => {
    await connect();
    socket().accept();
    await connect({ ticket: "t-0" });
    socket().accept();

    expect(sockets.map(({ sent }) => sent)).toEqual([
      [{ type: "hello", client: "test" }],
      [{ type: "hello", client: "test", ticket: "t-0" }],
    ]);
  });

  it("[P27] carries the capabilities that are asked for", async () => {
    await connect({ caps: ["json"] });
    socket().accept();

    expect(socket().sent).toEqual([{ type: "hello", client: "test", caps: ["json"] }]);
  });

  it("[P22] carries no ticket where there is none to be had", async () => {
    await connect({ ticket: async () => undefined });
    socket().accept();

    expect(socket().sent).toEqual([{ type: "hello", client: "test" }]);
  });

  it("[P22] gets a ticket of its own for every connection", async () => {
    await connect({ ticket: ticketOffice() });
    socket().accept();
    socket().drop(4200);
    await vi.advanceTimersByTimeAsync(1_000);
    socket().accept();

    expect(sockets.flatMap(({ sent }) => sent)).toEqual([
      { type: "hello", client: "test", ticket: "t-1" },
      { type: "hello", client: "test", ticket: "t-2" },
    ]);
  });
});

describe("a ticket", () => {
  it("counts as a lost connection when it cannot be had", async () => {
    const ticket = vi.fn<() => Promise<string>>().mockRejectedValueOnce(new Error("signed out")).mockResolvedValue("t");
    await connect({ ticket });
    expect(live.state).toMatchObject({ name: "waiting", reason: "no ticket: signed out" });
    expect(sockets).toEqual([]);

    await vi.advanceTimersByTimeAsync(1_000);
    socket().accept();
    expect(live.state.name).toBe("open");
  });

  it("counts as a lost connection when it does not come within 10 s, and is not used when it comes later", async () => {
    const late: ((ticket: string) => void)[] = [];
    await connect({ ticket: () => new Promise((resolve) => late.push(resolve)) });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(live.state).toMatchObject({ name: "waiting", reason: "the server went silent" });
    late[0]?.("too late");
    await settle();

    expect(sockets).toEqual([]);
  });

  it("is not used when the connection is stopped before it comes", async () => {
    let hand: (ticket: string) => void = () => undefined;
    await connect({ ticket: () => new Promise((resolve) => (hand = resolve)) });
    stop.abort();
    hand("t");
    await settle();

    expect(sockets).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("[P23] that is refused is followed by another one, once", async () => {
    const ticket = ticketOffice();
    await connect({ ticket });
    socket().drop(4401, "unknown ticket");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ticket).toHaveBeenCalledTimes(2);
    socket().drop(4401, "unknown ticket");
    await vi.advanceTimersByTimeAsync(60_000);

    expect(live.state).toEqual({ name: "closed", reason: "unknown ticket" });
    expect(ticket).toHaveBeenCalledTimes(2);
  });

  it("[P23] that is a text is not tried twice", async () => {
    await connect({ ticket: "used" });
    socket().drop(4401, "used ticket");

    expect(live.state).toEqual({ name: "closed", reason: "used ticket" });
  });

  it("[P24] is renewed after 80 % of the time that it is good for, again and again", async () => {
    await connect({ ticket: ticketOffice() });
    socket().accept({ heartbeatMs: 1_000_000, expiresInMs: 10_000 });
    await vi.advanceTimersByTimeAsync(7_999);
    expect(socket().said("auth")).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(socket().said("auth")).toEqual([{ type: "auth", ticket: "t-2" }]);

    await vi.advanceTimersByTimeAsync(8_000);
    expect(socket().said("auth").at(-1)).toEqual({ type: "auth", ticket: "t-3" });
    socket().say({ type: "welcome", server: "test", heartbeatMs: 1_000_000, expiresInMs: 20_000 });
    await vi.advanceTimersByTimeAsync(15_999);
    expect(socket().said("auth")).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(socket().said("auth")).toHaveLength(3);
    expect(socket().said("hello")).toHaveLength(1);
    expect(states.map(({ name }) => name)).toEqual(["open"]);
  });

  it("[P24] whose time is 0 is not asked for without end", async () => {
    const ticket = ticketOffice();
    await connect({ ticket });
    socket().accept({ heartbeatMs: 1_000_000, expiresInMs: 0 });
    await vi.advanceTimersByTimeAsync(10_000);

    expect(ticket.mock.calls.length).toBeLessThanOrEqual(12);
  });

  it("[P24] is not renewed where it is a text, or where its time has no end", async () => {
    await connect({ ticket: "t-0" });
    socket().accept({ heartbeatMs: 1_000_000, expiresInMs: 10_000 });
    const ticket = ticketOffice();
    await connect({ ticket });
    socket().accept({ heartbeatMs: 1_000_000 });
    await vi.advanceTimersByTimeAsync(100_000);

    expect(sockets.flatMap((each) => each.said("auth"))).toEqual([]);
    expect(ticket).toHaveBeenCalledTimes(1);
  });

  it("[P24] that cannot be renewed is followed by a new one once the server ends its time", async () => {
    const ticket = vi.fn<() => Promise<string>>().mockResolvedValue("t");
    await connect({ ticket });
    ticket.mockRejectedValueOnce(new Error("busy"));
    socket().accept({ heartbeatMs: 1_000_000, expiresInMs: 10_000 });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(live.state.name).toBe("open");
    socket().drop(4202, "the ticket's time is over");
    await vi.advanceTimersByTimeAsync(1_000);
    socket().accept();

    expect(live.state.name).toBe("open");
    expect(socket().said("hello")).toEqual([{ type: "hello", client: "test", ticket: "t" }]);
  });
});

describe("silence", () => {
  it("[P6] of 1.6 heartbeats makes it reconnect", async () => {
    await connect();
    socket().accept();
    await vi.advanceTimersByTimeAsync(1_599);
    expect(live.state.name).toBe("open");
    await vi.advanceTimersByTimeAsync(1);

    expect(live.state).toMatchObject({ name: "waiting", reason: "the server went silent" });
    expect(socket().isClosed).toBe(true);
  });

  it("[P6] ends with any message", async () => {
    await connect();
    socket().accept();
    for (let i = 0; i < 5; i++) {
      await vi.advanceTimersByTimeAsync(1_000);
      socket().say({ type: "hb" });
    }

    expect(live.state.name).toBe("open");
  });

  it("of 10 s before welcome makes it reconnect", async () => {
    await connect();
    socket().onopen?.({} as never);
    await vi.advanceTimersByTimeAsync(10_000);

    expect(live.state).toMatchObject({ name: "waiting", reason: "the server went silent" });
  });

  it.each([0, 1e15])("is measured with sense when the server says that it beats every %d ms", async (heartbeatMs) => {
    await connect();
    socket().accept({ heartbeatMs });
    await vi.advanceTimersByTimeAsync(999);

    expect(live.state.name).toBe("open");
  });
});

describe("a lost connection", () => {
  it("[P21] is not tried again before the time that bye asked for", async () => {
    await connect();
    socket().accept();
    socket().say({ type: "bye", inMs: 3_000 });
    socket().drop(1012);
    await vi.advanceTimersByTimeAsync(3_999);
    expect(sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);

    expect(sockets).toHaveLength(2);
  });

  it("is tried again at once when asked to", async () => {
    await connect();
    socket().drop(1006);
    live.retryNow();

    expect(sockets).toHaveLength(2);
  });

  it("[P21] is tried again at once when the network is there again", async () => {
    const network = new EventTarget();
    vi.stubGlobal("addEventListener", network.addEventListener.bind(network));
    await connect();
    socket().drop(1006);
    network.dispatchEvent(new Event("online"));
    expect(sockets).toHaveLength(2);

    stop.abort();
    network.dispatchEvent(new Event("online"));
    expect(sockets).toHaveLength(2);
  });

  it("[P21] is tried again at once when somebody looks at the page again", async () => {
    const page = Object.assign(new EventTarget(), { visibilityState: "hidden" });
    const removed = vi.spyOn(page, "addEventListener");
    vi.stubGlobal("document", page);
    await connect();
    socket().drop(1006);
    page.dispatchEvent(new Event("visibilitychange"));
    expect(sockets).toHaveLength(1);
    page.visibilityState = "visible";
    page.dispatchEvent(new Event("visibilitychange"));
    expect(sockets).toHaveLength(2);

    stop.abort();
    const { signal } = removed.mock.calls[0]?.[2] as AddEventListenerOptions;
    expect(signal?.aborted).toBe(true);
  });

  it("is closed for good when its address is none", async () => {
    await connect({
      openSocket: () => {
        throw new SyntaxError("Invalid URL: nowhere");
      },
    });

    expect(live.state).toEqual({ name: "closed", reason: "no socket: Invalid URL: nowhere" });
    expect(vi.getTimerCount()).toBe(0);
    expect(() => live.subscribe("r1", "start")[Symbol.asyncIterator]()).toThrow("no socket: Invalid URL: nowhere");
  });

  // SPEC.md's table of close codes, row by row, as the client lives it.
  const within = { "1 s": 1_000, "a growing wait": 4_000 };
  it.each<[number, keyof typeof within | "never"]>([
    [1000, "never"],
    [1001, "1 s"],
    [1006, "a growing wait"],
    [1009, "never"],
    [1011, "a growing wait"],
    [1012, "1 s"],
    [1013, "a growing wait"],
    [4108, "a growing wait"],
    [4129, "a growing wait"],
    [4130, "a growing wait"],
    [4200, "1 s"],
    [4201, "1 s"],
    [4202, "1 s"],
    [4400, "never"],
    [4401, "never"],
    [4403, "never"],
    [4404, "never"],
    [4409, "never"],
    [4415, "never"],
  ])("[P21] with code %i is tried again: %s", async (code, again) => {
    await connect();
    for (const waitMs of [1_000, 1_000, 2_000]) {
      socket().drop(1006);
      await vi.advanceTimersByTimeAsync(waitMs);
    }
    socket().accept();
    socket().drop(code);
    const before = sockets.length;

    if (again === "never") {
      await vi.advanceTimersByTimeAsync(60_000);
      expect(sockets).toHaveLength(before);
      expect(live.state.name).toBe("closed");
    } else {
      await vi.advanceTimersByTimeAsync(within[again] - 1);
      expect(sockets).toHaveLength(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(sockets).toHaveLength(before + 1);
    }
  });
});

describe("studio", () => {
  it("is passed on", async () => {
    const onStudio = vi.fn();
    await connect({ onStudio });
    socket().accept();
    socket().say({ type: "studio", state: "unreachable", message: "Studio does not answer." });
    await settle();

    expect(onStudio.mock.calls).toEqual([["unreachable", "Studio does not answer."]]);
  });
});

describe("store", () => {
  it("[P42] is passed on", async () => {
    const onStore = vi.fn();
    await connect({ onStore });
    socket().accept();
    socket().say({ type: "store", state: "refusing", message: "The disk is full." });
    socket().say({ type: "store", state: "storing", message: "Stored." });
    await settle();

    expect(onStore.mock.calls).toEqual([
      ["refusing", "The disk is full."],
      ["storing", "Stored."],
    ]);
  });
});

it("[P3] reconnects when what arrives cannot be read, as text or as bytes", async () => {
  await connect();
  socket().accept();
  socket().say({ type: "live" });
  expect(live.state).toMatchObject({ name: "waiting", reason: expect.stringContaining("unreadable") as string });

  live.retryNow();
  socket().accept();
  socket().onmessage?.({ data: new ArrayBuffer(8) } as never);
  expect(live.state).toMatchObject({ name: "waiting", reason: expect.stringContaining("unreadable") as string });

  live.retryNow();
  socket().accept();
  socket().say({ type: "entries", entries: [{ kind: "run", log: POSITION.number, seq: 0 }] });
  expect(live.state).toMatchObject({ name: "waiting", reason: expect.stringContaining("unreadable") as string });
});
