import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { fakeStudio } from "./fake-studio.ts";
import { connectJobSocket, type JobSocketLike } from "./job-socket.ts";

class FakeSocket implements JobSocketLike {
  readonly url: string;
  readonly sent: string[] = [];
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;

  constructor(url: string) {
    this.url = url;
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.onclose?.({} as never);
  }

  say(frame: string): void {
    this.onmessage?.({ data: frame } as never);
  }

  welcome(): void {
    this.say('0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":20000}');
    this.say("40");
    this.say('42["hello",{"hello":{"version":1},"devices":[]}]');
  }
}

let sockets: FakeSocket[];
let stop: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  stop = new AbortController();
});

afterEach(() => {
  stop.abort();
  vi.useRealTimers();
});

function connect(
  tokenAnswer: () => object = () => ({ token: { socketToken: "tok", expires: "2026-01-01T00:00:00Z" } }),
) {
  const { studio, requests } = fakeStudio(tokenAnswer);
  const hints = connectJobSocket(studio, {
    projectId: 4,
    openSocket: (url) => {
      const socket = new FakeSocket(url);
      sockets.push(socket);
      return socket;
    },
    signal: stop.signal,
  });
  return { hints, requests };
}

function socket(): FakeSocket {
  return sockets.at(-1) as FakeSocket;
}

describe("connectJobSocket", () => {
  it("connects with a token, as Engine.IO 3", async () => {
    const { requests } = connect();
    await vi.advanceTimersByTimeAsync(0);

    expect(requests).toEqual(["GET /v1/api/4/socket-token"]);
    expect(socket().url).toBe("ws://studio.test/socket.io/?token=tok&EIO=3&transport=websocket&onDemandLogs=true");
  });

  it.each(['42["job-finished-7",{"success":true}]', '42["job-finished",{"jobId":7,"success":true}]'])(
    "calls back for the watched job, and no other, on %s",
    async (frame) => {
      const { hints } = connect();
      await vi.advanceTimersByTimeAsync(0);
      socket().welcome();
      const [seven, eight] = [vi.fn(), vi.fn()];
      hints.watch(7, seven);
      hints.watch(8, eight);

      socket().say(frame);

      expect(seven).toHaveBeenCalledTimes(1);
      expect(eight).not.toHaveBeenCalled();
      expect(socket().sent[0]).toMatch(/^42\["start-log-stream",\{"jobId":7,"lastReceivedTimestamp":\d+\}\]$/);
    },
  );

  it("calls back once it is connected, for what may have finished before", async () => {
    const { hints } = connect();
    const finished = vi.fn();
    hints.watch(7, finished);
    await vi.advanceTimersByTimeAsync(0);

    socket().welcome();

    expect(finished).toHaveBeenCalledTimes(1);
    expect(socket().sent.join()).toContain('"jobId":7');
  });

  it("reconnects with a new token after the connection is lost, and follows the same jobs", async () => {
    const { hints, requests } = connect();
    hints.watch(7, () => undefined);
    await vi.advanceTimersByTimeAsync(0);
    socket().welcome();
    socket().close();
    await vi.advanceTimersByTimeAsync(1_000);

    expect(sockets).toHaveLength(2);
    expect(requests).toHaveLength(2);
    socket().welcome();
    expect(socket().sent.join()).toContain('"jobId":7');
  });

  it("tries again when there is no token to be had", async () => {
    let attempts = 0;
    connect(() => {
      if (++attempts < 3) return new Response("<h1>502", { status: 502 });
      return { token: { socketToken: "tok", expires: "2026-01-01T00:00:00Z" } };
    });

    await vi.advanceTimersByTimeAsync(5_000);

    expect(attempts).toBe(3);
    expect(sockets).toHaveLength(1);
  });

  it("waits longer and longer when Studio says hello only to refuse the token", async () => {
    connect();
    for (let seconds = 0; seconds < 60; seconds++) {
      await vi.advanceTimersByTimeAsync(1_000);
      if (sockets.length === 0) continue;
      socket().say('42["hello",{"hello":false,"err":"Token expired"}]');
      socket().close();
    }

    expect(sockets.length).toBeLessThan(10);
  });

  it("pings, or Studio would drop the connection", async () => {
    connect();
    await vi.advanceTimersByTimeAsync(0);
    socket().welcome();
    await vi.advanceTimersByTimeAsync(25_000);

    expect(socket().sent).toEqual(["2"]);
  });

  it("reconnects when Studio has gone without a word", async () => {
    connect();
    await vi.advanceTimersByTimeAsync(0);
    socket().welcome();
    // A half-open connection: closing it is not noticed for minutes either.
    socket().close = () => undefined;
    await vi.advanceTimersByTimeAsync(70_000);

    expect(sockets).toHaveLength(2);
  });

  it("ignores frames that it cannot read", async () => {
    const { hints } = connect();
    await vi.advanceTimersByTimeAsync(0);
    socket().welcome();
    const finished = vi.fn();
    hints.watch(7, finished);

    for (const frame of [
      "",
      "3",
      "42",
      "42[",
      '42{"a":1}',
      '42["job-finished-x"]',
      '42["job-finished"]',
      '42["job-finished",null]',
    ]) {
      socket().say(frame);
    }

    expect(finished).not.toHaveBeenCalled();
  });

  it("leaves no timer and no socket behind when it is stopped", async () => {
    connect();
    await vi.advanceTimersByTimeAsync(0);
    socket().welcome();
    stop.abort();
    await vi.advanceTimersByTimeAsync(60_000);

    expect(sockets).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
