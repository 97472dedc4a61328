import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { ConnectionState } from "./connection-state.ts";
import { encodeReadings, type Entry } from "./entry.ts";
import { connectLive, LiveError, type LiveConnection, type LiveSocket } from "./live-client.ts";
import type { LogEvent } from "./subscription.ts";

/** A socket whose other end is the test. */
class FakeSocket implements LiveSocket {
  binaryType = "";
  readonly sent: Record<string, unknown>[] = [];
  isClosed = false;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.isClosed = true;
  }

  /** Accepts the connection and welcomes the client. */
  accept(): void {
    this.onopen?.({} as never);
    this.say({ type: "welcome", server: "test", heartbeatMs: 1_000 });
  }

  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) } as never);
  }

  /** Sends readings entries with these numbers, as one message. */
  deliver(...seqs: readonly number[]): void {
    const parts = seqs.map((seq) =>
      encodeReadings({ log: 7, seq }, { first: seq, axisCount: 1, values: Float32Array.of(seq) }),
    );
    const message = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    parts.forEach((part, i) => message.set(part, i * part.length));
    this.onmessage?.({ data: message.buffer } as never);
  }

  drop(code: number, reason = ""): void {
    this.onclose?.({ code, reason } as never);
  }
}

const position = { log: "r1", number: 7, epoch: "e1", first: 0, next: 0 };

let sockets: FakeSocket[];
let states: ConnectionState[];
let stop: AbortController;
let live: LiveConnection;

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  states = [];
  stop = new AbortController();
  live = connectLive({
    url: "ws://test/live",
    client: "test",
    openSocket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    signal: stop.signal,
    onState: (state) => states.push(state),
  });
});

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
    socket().say({ type: "subok", id: 1, ...position, from: 0 });
    socket().deliver(0, 1);
    await settle();

    expect(socket().sent).toEqual([
      { type: "hello", client: "test" },
      { type: "sub", id: 1, log: "r1", from: "start" },
    ]);
    expect(seqs()).toEqual([0, 1]);
  });

  it("[P8] resumes after a lost connection where it was, and drops what comes again", async () => {
    const { seqs } = follow();
    socket().accept();
    await settle();
    socket().say({ type: "subok", id: 1, ...position, from: 0 });
    socket().deliver(0, 1, 2);

    await reconnect();
    expect(socket().sent.at(-1)).toEqual({ type: "sub", id: 1, log: "r1", from: { epoch: "e1", seq: 3 } });
    socket().say({ type: "subok", id: 1, ...position, from: 1 });
    socket().deliver(1, 2, 3);
    await settle();

    expect(seqs()).toEqual([0, 1, 2, 1, 2, 3]);
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
    socket().say({ type: "subok", id: 1, ...position, from: 0 });
    socket().deliver(0);
    await settle();
    socket().deliver(1, 2, 3);

    await reconnect(4200);
    expect(socket().sent.at(-1)).toEqual({ type: "sub", id: 1, log: "r1", from: { epoch: "e1", seq: 1 } });
    socket().say({ type: "subok", id: 1, ...position, from: 1 });
    socket().deliver(1, 2, 3);
    goOn();
    await settle();

    expect(taken).toEqual([0, 1, 2, 3]);
  });

  it("[P16] drops repeated entries and subscribes again when one is missing", async () => {
    const { seqs } = follow();
    socket().accept();
    await settle();
    socket().say({ type: "subok", id: 1, ...position, from: 0 });
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
    socket().say({ type: "subok", id: 1, ...position, from: 0 });
    socket().deliver(0, 1);
    await settle();
    socket().say({ type: "reset", id: 1, ...position, epoch: "e2", why: "epoch" });
    socket().deliver(0);
    await settle();

    expect(events).toContainEqual({ type: "reset", why: "epoch" });
    expect(seqs()).toEqual([0, 1, 0]);
    await reconnect();
    expect(socket().sent.at(-1)).toMatchObject({ from: { epoch: "e2", seq: 1 } });
  });

  it("[P12] ends the loop at the end of the log, after everything in it", async () => {
    const { seqs, ended } = follow();
    socket().accept();
    await settle();
    socket().say({ type: "subok", id: 1, ...position, from: 0 });
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

  it("[P6] reconnects when the server goes silent", async () => {
    socket().accept();
    await vi.advanceTimersByTimeAsync(1_599);
    expect(states.at(-1)?.name).toBe("open");
    await vi.advanceTimersByTimeAsync(1);

    expect(states.at(-1)).toMatchObject({ name: "waiting", reason: "the server went silent" });
    expect(socket().isClosed).toBe(true);
  });

  it("[P6] takes any message as a sign of life", async () => {
    socket().accept();
    for (let i = 0; i < 5; i++) {
      await vi.advanceTimersByTimeAsync(1_000);
      socket().say({ type: "hb" });
    }

    expect(states.at(-1)?.name).toBe("open");
  });

  it("[P15] acknowledges after 64 entries that the consumer took", async () => {
    follow();
    socket().accept();
    await settle();
    socket().say({ type: "subok", id: 1, ...position, from: 0 });
    for (let seq = 0; seq < 70; seq++) socket().deliver(seq);
    await settle();

    expect(socket().sent.filter(({ type }) => type === "ack")).toEqual([{ type: "ack", id: 1, seq: 64 }]);
  });

  it("unsubscribes when the loop is left, and can subscribe again", async () => {
    socket().accept();
    const left = (async () => {
      for await (const event of live.subscribe("r1", "start")) if (event.type === "entries") break;
    })();
    await settle();
    socket().say({ type: "subok", id: 1, ...position, from: 0 });
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
    socket().say({ type: "subok", id: 2, ...position, from: 0 });
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

    socket().say({ type: "subok", id: 1, ...position, from: 0 });
    socket().deliver(0, 1);
    socket().say({ type: "live", id: 1, next: 2 });
    socket().say({ type: "end", id: 1, next: 2 });
    socket().say({ type: "err", id: 1, code: "no_such_log", message: "gone" });
    await settle();
    expect(events).toEqual([]);
    socket().say({ type: "subok", id: 2, ...position, from: 0 });
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

  it("tries again at once when asked to", async () => {
    socket().drop(1006);
    expect(sockets).toHaveLength(1);
    live.retryNow();

    expect(sockets).toHaveLength(2);
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

  it("refuses a second subscription to a log", async () => {
    follow();
    await settle();

    await expect(follow().ended).rejects.toMatchObject({ code: "log_in_use" });
  });
});
