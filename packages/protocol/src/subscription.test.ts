import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { ReadingsEntry } from "./entry.ts";
import { POSITION } from "./fake-socket.ts";
import { Subscription } from "./subscription.ts";

const KIB = 1024;
/** What a server sends without an acknowledgement. */
const MOST_UNACKED_BYTES = 1024 * KIB;

let acks: number[];
let subscription: Subscription;

beforeEach(() => {
  vi.useFakeTimers();
  acks = [];
  subscription = new Subscription(1, "r1", "start", (seq) => acks.push(seq));
  subscription.begin({ ...POSITION, from: 0 });
});

afterEach(() => {
  subscription.abandon();
  vi.useRealTimers();
});

function entry(seq: number): ReadingsEntry {
  return { kind: "readings", log: POSITION.number, seq, first: 0, count: 0, axisCount: 1, values: new Float32Array() };
}

function deliver(seq: number, bytes = 32): string | undefined {
  return subscription.receive([entry(seq)], bytes);
}

/** Takes what comes, as fast as it comes. */
function take(): void {
  void (async () => {
    for await (const event of subscription.events()) expect(event.type).toBeDefined();
  })();
}

async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

describe("acknowledgements", () => {
  it("[P15] are sent after every 64 entries that the consumer took", async () => {
    take();
    for (let seq = 0; seq < 130; seq++) deliver(seq);
    await settle();

    expect(acks).toEqual([64, 128]);
  });

  it("[P15] are sent after every 256 KiB that the consumer took", async () => {
    take();
    for (let seq = 0; seq < 9; seq++) deliver(seq, 64 * KIB);
    await settle();

    expect(acks).toEqual([4, 8]);
  });

  it("[P15] are sent a second after the first entry of a slow trickle, and then no more until another", async () => {
    take();
    deliver(0);
    await vi.advanceTimersByTimeAsync(500);
    deliver(1);
    await vi.advanceTimersByTimeAsync(499);
    expect(acks).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(acks).toEqual([2]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(acks).toEqual([2]);

    deliver(2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(acks).toEqual([2, 3]);
  });

  it("[P15] are not sent for what the consumer has not taken", async () => {
    const events = subscription.events();
    for (let seq = 0; seq < 200; seq++) deliver(seq);
    await events.next();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(acks).toEqual([]);

    await events.next();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(acks).toEqual([1]);
  });

  it("[P10] are not sent after a reset for what was taken before it", async () => {
    const events = subscription.events();
    for (let seq = 0; seq < 100; seq++) deliver(seq, 64 * KIB);
    await events.next();
    subscription.reset({ ...POSITION, epoch: "e2", why: "epoch" });
    await events.next();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(acks).toEqual([]);

    deliver(0);
    await events.next();
    void events.next();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(acks).toEqual([1]);
  });

  it("are not sent after the end", async () => {
    take();
    deliver(0);
    await settle();
    subscription.finish();
    await vi.advanceTimersByTimeAsync(60_000);

    expect(acks).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a slow consumer", () => {
  it("[P15] has at most 1 MiB waiting, since the server holds back", async () => {
    const [entries, bytes] = [5_000, 1.5 * KIB];
    const events = subscription.events();
    let [sent, taken, most] = [0, 0, 0];
    const pump = () => {
      while (sent < entries && (sent - (acks.at(-1) ?? 0)) * bytes < MOST_UNACKED_BYTES) {
        expect(deliver(sent++, bytes)).toBeUndefined();
      }
      most = Math.max(most, (sent - taken) * bytes);
    };
    pump();
    while (taken < entries) {
      await events.next();
      taken++;
      await vi.advanceTimersByTimeAsync(7);
      pump();
    }

    expect(most).toBeLessThanOrEqual(MOST_UNACKED_BYTES + bytes);
    expect(most).toBeGreaterThan(MOST_UNACKED_BYTES / 2);
  });

  it("[P33] loses the connection to a server that does not hold back", async () => {
    const fault = Array.from({ length: 129 }, (_, seq) => deliver(seq, 64 * KIB)).findIndex(
      (each) => each !== undefined,
    );

    expect(fault).toBe(128);
    expect(deliver(128, 64 * KIB)).toBe("comes without waiting for acknowledgements");
    expect(subscription.resume()).toEqual({ epoch: "e1", seq: 0 });
    subscription.begin({ ...POSITION, from: 0 });
    expect(deliver(0, 64 * KIB)).toBeUndefined();
  });
});
