import { encodeReadings } from "./entry.ts";
import type { LiveSocket } from "./live-socket.ts";

/** A socket whose other end is the test. */
export class FakeSocket implements LiveSocket {
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
  accept(welcome: object = {}): void {
    this.onopen?.({} as never);
    this.say({ type: "welcome", server: "test", heartbeatMs: 1_000, ...welcome });
  }

  /** Everything the client said of this type. */
  said(type: string): Record<string, unknown>[] {
    return this.sent.filter((message) => message.type === type);
  }

  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) } as never);
  }

  /** Sends readings entries with these numbers, as one message. */
  deliver(...seqs: readonly number[]): void {
    const parts = seqs.map((seq) =>
      encodeReadings({ log: POSITION.number, seq }, { first: seq, axisCount: 1, values: Float32Array.of(seq) }),
    );
    const message = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    parts.forEach((part, i) => message.set(part, i * part.length));
    this.onmessage?.({ data: message.buffer } as never);
  }

  /** Closes the connection from the server's side. */
  drop(code: number, reason = ""): void {
    this.onclose?.({ code, reason } as never);
  }
}

/** What the server says of the log `r1`. */
export const POSITION = { log: "r1", number: 7, epoch: "e1", first: 0, next: 0 } as const;
