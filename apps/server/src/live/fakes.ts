/** For tests: a viewer whose wire the test holds in its hand, connected to a hub. */
import { decodeEntries, encodeReadings, parseServerMessage, type ServerMessage } from "@windowscope/protocol";
import type { RunLog } from "@windowscope/runlog";
import { vi } from "vitest";

import type { LiveHub } from "./hub.ts";
import type { Message } from "./message.ts";
import { ViewerSession, type ViewerSocket } from "./session.ts";

const TEXT_MESSAGE = 0x81;

export class FakeViewer implements ViewerSocket {
  readonly messages: ServerMessage[] = [];
  readonly seqs: number[] = [];
  /** What the binary messages were, as they were handed over. */
  readonly frames: Buffer[] = [];
  receivedBytes = 0;
  mostBuffered = 0;
  bufferedAmount = 0;
  /** When false, what is sent stays in the buffer. */
  reads = true;
  closed: { code: number; reason: string } | undefined;
  isTerminated = false;
  pings = 0;
  readonly session: ViewerSession;
  readonly #unsent: { bytes: number; onSent: () => void }[] = [];
  readonly #leave: () => void;
  #lastId = 0;

  constructor(hub: LiveHub) {
    this.session = new ViewerSession(this, hub);
    this.#leave = hub.enter(this.session, () => this.terminate());
  }

  send(text: string, onSent?: () => void): void {
    this.messages.push(parseServerMessage(text) as ServerMessage);
    this.#hold(Buffer.byteLength(text), onSent);
  }

  sendMessage({ bytes, payload }: Message, onSent?: () => void): void {
    if (bytes[0] === TEXT_MESSAGE) this.messages.push(parseServerMessage(String(payload)) as ServerMessage);
    else {
      this.frames.push(payload);
      this.receivedBytes += payload.length;
      for (const { seq } of decodeEntries(new Uint8Array(payload))) this.seqs.push(seq);
    }
    this.#hold(bytes.length, onSent);
  }

  #hold(bytes: number, onSent?: () => void): void {
    this.bufferedAmount += bytes;
    this.mostBuffered = Math.max(this.mostBuffered, this.bufferedAmount);
    this.#unsent.push({ bytes, onSent: () => onSent?.() });
    if (this.reads) queueMicrotask(() => this.drain());
  }

  /** The wire takes messages. @param most How many. */
  drain(most = Infinity): void {
    for (const { bytes, onSent } of this.#unsent.splice(0, most)) {
      this.bufferedAmount -= bytes;
      onSent();
    }
  }

  close(code: number, reason: string): void {
    this.closed ??= { code, reason };
    this.disconnect();
  }

  ping(): void {
    this.pings++;
  }

  terminate(): void {
    this.isTerminated = true;
    this.disconnect();
  }

  /** The connection is gone, whoever ended it. */
  disconnect(): void {
    this.session.closed();
    this.#leave();
  }

  say(message: object): void {
    this.session.received(JSON.stringify(message));
  }

  greet(more: object = {}): void {
    this.say({ type: "hello", client: "test", ...more });
    this.messages.length = 0;
  }

  /** @returns The subscription's id. */
  async subscribe(from: unknown = "start", log = "run-1"): Promise<number> {
    const id = ++this.#lastId;
    this.say({ type: "sub", id, log, from });
    await settle();
    return id;
  }

  /** Messages of one type. */
  told<T extends ServerMessage["type"]>(type: T): Extract<ServerMessage, { type: T }>[] {
    return this.messages.filter((message): message is Extract<ServerMessage, { type: T }> => message.type === type);
  }
}

/** Appends so many entries, each of so many readings. */
export async function append(
  runLog: RunLog,
  count: number,
  { log = "run-1", readings = 1, seal = false }: { log?: string; readings?: number; seal?: boolean } = {},
): Promise<void> {
  const { number, next } = await runLog.open(log);
  const entries = Array.from({ length: count }, (_, i) => {
    const values = new Float32Array(readings).fill(next + i);
    return encodeReadings({ log: number, seq: next + i }, { first: 0, axisCount: 1, values });
  });
  await runLog.append([{ log, at: next, entries, seal }]);
}

/** Lets everything happen that is due now. The faked clock lets 1 ms pass for each turn of the loop. */
export async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(60);
}

export function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
