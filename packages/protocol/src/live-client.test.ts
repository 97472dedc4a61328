import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { ConnectionState } from "./connection-state.ts";
import { encodeReadings, type Entry } from "./entry.ts";
import { FakeSocket, POSITION } from "./fake-socket.ts";
import { toJsonEntry } from "./json-entry.ts";
import { connectLive, LiveError, type LiveConnection, type LiveOptions } from "./live-client.ts";
import type { LogEvent } from "./subscription.ts";

let sockets: FakeSocket[];
let states: ConnectionState[];
let stop = new AbortController();
let live: LiveConnection;

beforeEach(() => {
  vi.useFakeTimers();
  connect();
});

/** Connects anew, with nothing left of an earlier connection. */
function connect(options: Partial<LiveOptions> = {}): void {
  stop.abort();
  stop = new AbortController();
  sockets = [];
  // Its own list: the connection before still has its end to tell.
  const ownStates: ConnectionState[] = (states = []);
  live = connectLive("ws://test/live", {
    client: "test",
    openSocket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    signal: stop.signal,
    onState: (state) => ownStates.push(state),
    ...options,
  });
}

afterEach(() => {
  stop.abort();
  vi.useRealTimers();
});

function socket(): FakeSocket {
  return sockets.at(-1) as FakeSocket;
}

/** Follows the log in the background and notes what comes. */
function follow(log = "r1") {
  const events: LogEvent[] = [];
  const ended = (async () => {
    for await (const event of live.subscribe(log, "start")) events.push(event);
  })();
  // Loops that are still open at the end of a test throw the reason of `stop`; tests that expect an error await `ended`.
  ended.catch(() => undefined);
  const seqs = () =>
    events.flatMap((event) => (event.type === "entries" ? event.entries.map(({ seq }: Entry) => seq) : []));
  return { events, seqs, ended };
}

async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

/** Loses the connection and waits until the client has opened the next one. */
async function reconnect(code = 1006): Promise<void> {
  const before = sockets.length;
  socket().drop(code);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sockets.length).toBe(before + 1);
  socket().accept();
}

describe("connectLive", () => {
  it("[P4] says hello first, and subscribes once it is welcome", async () => {
    const { seqs } = follow();
    await settle();
    expect(socket().sent).toEqual([]);

    socket().accept();
    socket().say({ type: "subok", id: 1, ...POSITION, from: 0 });
    socket().deliver(0, 1);
    await settle();

    expect(socket().sent).toEqual([
      { type: "hello", client: "test" },
      { type: "sub", id: 1, log: "r1", from: "start" },
    ]);
    expect(seqs()).toEqual([0, 1]);
  });

  it("[P25] measures the way to the server by the heartbeat that answers its ping", async () => {
    socket().accept();
    const [first, second] = [live.ping(), live.ping()];
    await vi.advanceTimersByTimeAsync(40);
    socket().say({ type: "hb" });
    socket().say({ type: "hb", t: 2 });
    await vi.advanceTimersByTimeAsync(20);
    socket().say({ type: "hb", t: 1 });

    expect(socket().said("ping")).toEqual([
      { type: "ping", t: 1 },
      { type: "ping", t: 2 },
    ]);
    expect(await Promise.all([first, second])).toEqual([60, 40]);
  });

  it("[P25] has no measure without a connection, nor when that is lost on the way", async () => {
    expect(await live.ping()).toBeUndefined();
    socket().accept();
    const lost = live.ping();
    socket().drop(1006);

    expect(await lost).toBeUndefined();
    expect(await live.ping()).toBeUndefined();
  });

  it("[P8] resumes after a lost connection where it was, and drops what comes again", async () => {
    const { seqs } = follow();
    socket().accept();
    await settle();
    socket().say({ type: "subok", id: 1, ...POSITION, from: 0 });
    socket().deliver(0, 1, 2);

    await reconnect();
    expect(socket().sent.at(-1)).toEqual({ type: "sub", id: 1, log: "r1", from: { epoch: "e1", seq: 3 } });
    socket().say({ type: "subok", id: 1, ...POSITION, from: 1 });
    socket().deliver(1, 2, 3);
    await settle();

    expect(seqs()).toEqual([0, 1, 2, 3]);
  });

  it("[P8] resumes behind what a slow loop has taken, and keeps nothing that comes again", async () => {
    const taken: number[] = [];
    let goOn = () => undefined as void;
    const loop = (async () => {
      for await (const event of live.subscribe("r1", "start")) {
        if (event.type === "entries") taken.push(...event.entries.map(({ seq }) => seq));
        await new Promise<void>((resolve) => (goOn = resolve));
      }
    })();
    loop.catch(() => undefined);
    socket().accept();
    await settle();
    socket().say({ type: "subok", id: 1, ...POSITION, from: 0 });
    socket().deliver(0);
    await settle();
    socket().deliver(1, 2, 3);

    await reconnect(4200);
    expect(socket().sent.at(-1)).toEqual({ type: "sub", id: 1, log: "r1", from: { epoch: "e1", seq: 1 } });
    socket().say({ type: "subok", id: 1, ...POSITION, from: 1 });
    socket().deliver(1, 2, 3);
    goOn();
    await settle();

    expect(taken).toEqual([0, 1, 2, 3]);
  });

  it("[P9] [P16] drops repeated entries and subscribes again when one is missing", async () => {
    const { seqs } = follow();
    socket().accept();
    await settle();
    socket().say({ type: "subok", id: 1, ...POSITION, from: 0 });
    socket().deliver(0, 1);
    socket().deliver(0, 1, 2);
    socket().deliver(4);
    await vi.advanceTimersByTimeAsync(1_000);

    expect(sockets).toHaveLength(2);
    socket().accept();
    expect(socket().sent.at(-1)).toEqual({ type: "sub", id: 1, log: "r1", from: { epoch: "e1", seq: 3 } });
    expect(seqs()).toEqual([0, 1, 2]);
  });

  it("[P10] passes a reset on and goes on from the new beginning", async () => {
    const { events, seqs } = follow();
    socket().accept();
    await settle();
    socket().say({ type: "subok", id: 1, ...POSITION, from: 0 });
    socket().deliver(0, 1);
    await settle();
    socket().say({ type: "reset", id: 1, ...POSITION, epoch: "e2", why: "epoch" });
    socket().deliver(0);
    await settle();

    expect(events).toContainEqual({ type: "reset", why: "epoch" });
    expect(seqs()).toEqual([0, 1, 0]);
    await reconnect();
    expect(socket().sent.at(-1)).toMatchObject({ from: { epoch: "e2", seq: 1 } });
  });

  it("[P11] tells when it has caught up, again after each reconnection, in order with the entries", async () => {
    const { events } = follow();
    socket().accept();
    await settle();
    socket().say({ type: "subok", id: 1, ...POSITION, from: 0 });
    socket().deliver(0);
    socket().say({ type: "live", id: 1, next: 1 });
    socket().deliver(1);
    await reconnect();
    socket().say({ type: "subok", id: 1, ...POSITION, from: 2 });
    socket().say({ type: "live", id: 1, next: 2 });
    await settle();

    expect(events.map(({ type }) => type)).toEqual(["entries", "live", "entries", "live"]);
  });

  it("[P12] ends the loop at the end of the log, after everything in it", async () => {
    const { seqs, ended } = follow();
    socket().accept();
    await settle();
    socket().say({ type: "subok", id: 1, ...POSITION, from: 0 });
    socket().deliver(0);
    socket().say({ type: "end", id: 1, next: 1 });

    await expect(ended).resolves.toBeUndefined();
    expect(seqs()).toEqual([0]);
  });

  it("[P13] throws what the server says about a log that does not exist", async () => {
    const { ended } = follow();
    socket().accept();
    await settle();
    socket().say({ type: "err", id: 1, code: "no_such_log", message: "There is no log r1." });

    await expect(ended).rejects.toMatchObject({ name: "LiveError", code: "no_such_log" });
  });

  it("[P14] unsubscribes when the loop is left, and can subscribe again", async () => {
    socket().accept();
    const left = (async () => {
      for await (const event of live.subscribe("r1", "start")) if (event.type === "entries") break;
    })();
    await settle();
    socket().say({ type: "subok", id: 1, ...POSITION, from: 0 });
    socket().deliver(0);
    await left;

    expect(socket().sent.at(-1)).toEqual({ type: "unsub", id: 1 });
    follow();
    await settle();
    expect(socket().sent.at(-1)).toMatchObject({ type: "sub", id: 2, log: "r1" });
  });

  it("ends one loop by its own signal, and lets another follow the same log at once", async () => {
    socket().accept();
    const leave = new AbortController();
    const left = (async () => {
      for await (const event of live.subscribe("r1", "start", leave.signal)) expect(event.type).toBe("live");
    })();
    await settle();
    const reason = new Error("another run is shown");
    leave.abort(reason);

    await expect(left).rejects.toBe(reason);
    const { seqs } = follow();
    await settle();
    expect(socket().sent.map(({ type }) => type)).toEqual(["hello", "sub", "unsub", "sub"]);
    socket().say({ type: "subok", id: 2, ...POSITION, from: 0 });
    socket().deliver(0);
    await settle();
    expect(seqs()).toEqual([0]);
  });

  it("takes nothing that is still on its way for a loop that was left", async () => {
    socket().accept();
    const leave = new AbortController();
    const left = (async () => {
      for await (const event of live.subscribe("r1", "start", leave.signal)) expect(event).toBeUndefined();
    })();
    await settle();
    leave.abort(new Error("another run is shown"));
    await expect(left).rejects.toThrow("another run is shown");
    const { events, seqs } = follow();
    await settle();

    socket().say({ type: "subok", id: 1, ...POSITION, from: 0 });
    socket().deliver(0, 1);
    socket().say({ type: "live", id: 1, next: 2 });
    socket().say({ type: "end", id: 1, next: 2 });
    socket().say({ type: "err", id: 1, code: "no_such_log", message: "gone" });
    await settle();
    expect(events).toEqual([]);
    socket().say({ type: "subok", id: 2, ...POSITION, from: 0 });
    socket().deliver(0, 1);
    await settle();

    expect(seqs()).toEqual([0, 1]);
  });

  it("ends every loop with an error when the server says that trying again is useless", async () => {
    const { ended } = follow();
    const failure = expect(ended).rejects.toBeInstanceOf(LiveError);
    socket().accept();
    await settle();
    socket().drop(4400, "cannot read this");
    await failure;

    expect(live.state).toEqual({ name: "closed", reason: "cannot read this" });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sockets).toHaveLength(1);
  });

  it("reconnects when what arrives cannot be read", async () => {
    socket().accept();
    socket().say({ type: "live" });

    expect(live.state).toMatchObject({ name: "waiting", reason: expect.stringContaining("unreadable") as string });
  });

  it("throws the caller's own reason in every loop when it is stopped, and leaves no timer behind", async () => {
    const { ended } = follow();
    await settle();
    socket().accept();
    const reason = new Error("page closed");
    stop.abort(reason);

    await expect(ended).rejects.toBe(reason);
    expect(socket().isClosed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("[P14] refuses a second subscription to a log", async () => {
    follow();
    await settle();

    await expect(follow().ended).rejects.toMatchObject({ code: "log_in_use" });
  });

  it("[P7] takes nothing for an answer on a new connection before the log's number is known anew", async () => {
    const { seqs } = follow();
    socket().accept();
    await settle();
    socket().say({ type: "subok", id: 1, ...POSITION, from: 0 });
    socket().deliver(0);
    await reconnect();
    socket().deliver(1);
    socket().say({ type: "subok", id: 1, ...POSITION, from: 1 });
    socket().deliver(1);
    await settle();

    expect(seqs()).toEqual([0, 1]);
    expect(sockets).toHaveLength(2);
  });

  it("[P16] subscribes again when the server goes on elsewhere than it was asked to", async () => {
    const { seqs } = follow();
    socket().accept();
    await settle();
    socket().say({ type: "subok", id: 1, ...POSITION, from: 0 });
    socket().deliver(0);
    await reconnect();
    socket().say({ type: "subok", id: 1, ...POSITION, from: 2 });
    await settle();

    expect(live.state).toMatchObject({ name: "waiting", reason: "the log r1 begins elsewhere than was asked for" });
    expect(seqs()).toEqual([0]);
  });

  it("[P2] subscribes again when a message mixes logs", async () => {
    follow();
    socket().accept();
    await settle();
    socket().say({ type: "subok", id: 1, ...POSITION, from: 0 });
    const [mine, other] = [7, 8].map((log) =>
      encodeReadings({ log, seq: 0 }, { first: 0, axisCount: 1, values: Float32Array.of(1, 2) }),
    ) as [Uint8Array, Uint8Array];
    socket().onmessage?.({ data: Uint8Array.of(...mine, ...other).buffer } as never);

    expect(live.state).toMatchObject({ name: "waiting", reason: "the log r1 comes mixed with another log" });
  });

  it("drops entries of a log that it does not follow, and messages without any", async () => {
    const { events } = follow();
    socket().accept();
    socket().deliver(0);
    socket().onmessage?.({ data: new ArrayBuffer(0) } as never);
    await settle();

    expect(events).toEqual([]);
    expect(live.state.name).toBe("open");
  });

  it("[P3] [P35] ignores a message of a type that it does not know", async () => {
    const { seqs } = follow();
    socket().accept();
    await settle();
    socket().say({ type: "subok", id: 1, ...POSITION, from: 0 });
    socket().say({ type: "fanfare", id: 1, loud: true });
    socket().deliver(0);
    await settle();

    expect(seqs()).toEqual([0]);
  });

  it("[P17] [P35] hands over entries of a kind that it does not know, so that their numbers count", async () => {
    const { seqs } = follow();
    socket().accept();
    await settle();
    socket().say({ type: "subok", id: 1, ...POSITION, from: 0 });
    const entry = encodeReadings({ log: 7, seq: 0 }, { first: 0, axisCount: 1, values: Float32Array.of(1, 2) });
    entry[0] = 99;
    socket().onmessage?.({ data: entry.buffer } as never);
    socket().deliver(1);
    await settle();

    expect(seqs()).toEqual([0, 1]);
  });

  it("[P28] takes entries as text, with the same checks", async () => {
    const { events, seqs } = follow();
    socket().accept();
    await settle();
    socket().say({ type: "subok", id: 1, ...POSITION, from: 0 });
    const entry = { kind: "readings", log: 7, seq: 0, first: 0, count: 1, axisCount: 1, values: Float32Array.of(3) };
    socket().say({ type: "entries", id: 1, entries: [toJsonEntry(entry as Entry)] });
    socket().say({ type: "entries", id: 1, entries: [toJsonEntry(entry as Entry)] });
    await settle();

    expect(events).toEqual([{ type: "entries", entries: [entry] }]);
    socket().say({ type: "entries", id: 1, entries: [{ ...toJsonEntry(entry as Entry), seq: 2 }] });
    expect(live.state).toMatchObject({ name: "waiting", reason: "the log r1 lacks entries" });
    expect(seqs()).toEqual([0]);
  });

  it("leaves a loop at once that is left by hand while it waits", async () => {
    socket().accept();
    const events = live.subscribe("r1", "start")[Symbol.asyncIterator]();
    const waiting = events.next();
    await settle();

    await expect(events.return?.()).resolves.toEqual({ done: true, value: undefined });
    await expect(waiting).resolves.toEqual({ done: true, value: undefined });
    await expect(events.next()).resolves.toEqual({ done: true, value: undefined });
    expect(socket().sent.at(-1)).toEqual({ type: "unsub", id: 1 });
  });

  it("hands nothing more over to a loop that was stopped, and all to one whose connection the server closed", async () => {
    const slow = () => {
      const taken: number[] = [];
      const loop = (async () => {
        for await (const event of live.subscribe("r1", "start")) {
          if (event.type === "entries") taken.push(...event.entries.map(({ seq }) => seq));
          await vi.advanceTimersByTimeAsync(1);
        }
      })();
      return { taken, loop };
    };
    const closed = slow();
    socket().accept();
    await settle();
    socket().say({ type: "subok", id: 1, ...POSITION, from: 0 });
    for (const seq of [0, 1, 2]) socket().deliver(seq);
    socket().drop(4403, "not yours");
    await expect(closed.loop).rejects.toThrow("not yours");
    expect(closed.taken).toEqual([0, 1, 2]);

    connect();
    const stopped = slow();
    socket().accept();
    socket().say({ type: "subok", id: 1, ...POSITION, from: 0 });
    for (const seq of [0, 1, 2]) socket().deliver(seq);
    stop.abort(new Error("enough"));
    await expect(stopped.loop).rejects.toThrow("enough");
    expect(stopped.taken).toEqual([]);
  });

  it("lets its callbacks stop it, look at it and try again, whenever they are called", async () => {
    connect({
      onState: (state) => {
        states.push(live.state);
        if (state.name === "waiting") live.retryNow();
        if (state.name === "open") stop.abort();
      },
    });
    socket().drop(1006);
    await settle();
    socket().accept();
    await settle();

    expect(states.map(({ name }) => name)).toEqual(["waiting", "connecting", "open", "closed"]);
    expect(socket().isClosed).toBe(true);
  });

  const steps = {
    opening: () => undefined,
    greeting: () => socket().onopen?.({} as never),
    subscribing: () => socket().say({ type: "welcome", server: "test", heartbeatMs: 1_000 }),
    beginning: () => socket().say({ type: "subok", id: 1, ...POSITION, from: 0 }),
    receiving: () => socket().deliver(0),
    waiting: () => socket().drop(1006),
  };
  it.each(Object.keys(steps))("leaves no socket and no timer behind when it is stopped while %s", async (moment) => {
    const { ended } = follow();
    for (const [name, step] of Object.entries(steps)) {
      step();
      await settle();
      if (name === moment) break;
    }
    stop.abort(new Error("enough"));

    await expect(ended).rejects.toThrow("enough");
    expect(live.state).toEqual({ name: "closed", reason: "stopped" });
    expect(socket().isClosed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("leaves no socket behind when it is stopped by whoever opens it, and opens none when it is stopped before", async () => {
    const enough = new AbortController();
    const openSocket = () => {
      sockets.push(new FakeSocket());
      enough.abort(new Error("enough"));
      return socket();
    };
    connect({ signal: enough.signal, openSocket });
    await expect(follow().ended).rejects.toThrow("enough");
    expect(socket().isClosed).toBe(true);

    connect({ signal: enough.signal, openSocket });
    await expect(follow().ended).rejects.toThrow("enough");
    expect(sockets).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
