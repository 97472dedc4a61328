/** A TCP connection on which a test writes what no WebSocket library would. */
import { connect, type Socket } from "node:net";
import { SUBPROTOCOL } from "@windowscope/protocol";

import { Changes } from "./changes.ts";

const ANSWER_MS = 5_000;

export class RawSocket {
  readonly socket: Socket;
  received = Buffer.alloc(0);
  #isClosed = false;
  /** The other side said that it sends nothing more. */
  #isEnded = false;
  readonly #changes = new Changes();

  constructor(port: number) {
    // With its side kept open it shows who frees a connection only when the client is polite.
    this.socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    this.socket.setNoDelay(true);
    this.socket.on("data", (data) => {
      this.received = Buffer.concat([this.received, data]);
      this.#changes.tell();
    });
    this.socket.on("error", () => undefined);
    this.socket.on("end", () => {
      this.#isEnded = true;
      this.#changes.tell();
    });
    this.socket.on("close", () => {
      this.#isClosed = true;
      this.#changes.tell();
    });
  }

  get text(): string {
    return this.received.toString("latin1");
  }

  /** Status of the HTTP answer; 0 when none came in time. */
  async status(timeoutMs = ANSWER_MS): Promise<number> {
    await this.until(() => this.text.includes("\r\n\r\n"), timeoutMs);
    return Number(/^HTTP\/1\.1 (\d{3})/.exec(this.text)?.[1] ?? 0);
  }

  write(bytes: string | Uint8Array): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  /** Whether the other side has ended the connection by then. */
  async isGone(timeoutMs = ANSWER_MS): Promise<boolean> {
    await this.until(() => this.#isClosed || this.#isEnded, timeoutMs);
    return this.#isClosed || this.#isEnded;
  }

  /** The code of the close frame; 1006 when the connection ended without one, `undefined` when it did not end. */
  async closeCode(timeoutMs = ANSWER_MS): Promise<number | undefined> {
    const isGone = await this.isGone(timeoutMs);
    const frames = this.received.subarray(this.received.indexOf("\r\n\r\n") + 4);
    for (let at = 0; at + 4 <= frames.length;) {
      const opcode = (frames[at] as number) & 15;
      const short = (frames[at + 1] as number) & 127;
      const header = short === 126 ? 4 : short === 127 ? 10 : 2;
      const length = short === 126 ? frames.readUInt16BE(at + 2) : short;
      if (opcode === 8) return frames.readUInt16BE(at + header);
      at += header + length;
    }
    return isGone ? 1006 : undefined;
  }

  until(isSo: () => boolean, timeoutMs: number): Promise<void> {
    return this.#changes.until(isSo, timeoutMs);
  }
}

/** The request of a handshake. A header that is `undefined` is left out. */
export function handshake(port: number, headers: Readonly<Record<string, string | undefined>> = {}): string {
  const all: Record<string, string | undefined> = {
    Host: `127.0.0.1:${port}`,
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Protocol": SUBPROTOCOL,
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}\r\n`]));
  return `GET /live HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** A connection whose handshake is done, with or without a hello. */
export async function openRaw(port: number, { saysHello = true } = {}): Promise<RawSocket> {
  const raw = new RawSocket(port);
  raw.write(handshake(port));
  const status = await raw.status();
  if (status !== 101) throw new Error(`The handshake was answered ${status}.`);
  if (saysHello) raw.write(textFrame(JSON.stringify({ type: "hello", client: "faults" })));
  return raw;
}

export interface FrameOptions {
  readonly isLast?: boolean;
  readonly isMasked?: boolean;
  /** The three reserved bits, 0 to 7. */
  readonly reserved?: number;
  /** What the header claims, when that is not the truth. */
  readonly claimedLength?: number;
}

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A frame as a client sends it, right or wrong. */
export function frame(opcode: number, payload: Uint8Array | string, options: FrameOptions = {}): Buffer {
  const { isLast = true, isMasked = true, reserved = 0 } = options;
  const data = Buffer.from(payload as string);
  const length = options.claimedLength ?? data.length;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = (isLast ? 128 : 0) | (reserved << 4) | opcode;
  head[1] = (isMasked ? 128 : 0) | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  if (!isMasked) return Buffer.concat([head, data]);
  const mask = Buffer.of(1, 2, 3, 4);
  return Buffer.concat([head, mask, data.map((byte, i) => byte ^ (mask[i % 4] as number))]);
}

export function textFrame(text: string): Buffer {
  return frame(OPCODE.text, text);
}
