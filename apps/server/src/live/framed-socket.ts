import type { Duplex } from "node:stream";

import { WebSocket } from "ws";

import type { Message } from "./message.ts";
import type { ViewerSocket } from "./session.ts";

/**
 * A WebSocket of `ws` that also sends messages that are encoded already.
 *
 * `ws` makes a header for every message and every viewer and writes it beside the message, which is a quarter of what
 * sending costs in user space. So these go past it, straight onto its connection. They keep their place among the
 * messages, pings and close frames of `ws`, because without compression, fragments and blobs it writes each of those
 * whole and at once. See docs/adr/0011.
 */
export class FramedSocket implements ViewerSocket {
  readonly #socket: WebSocket;
  readonly #wire: Duplex;

  /** @param wire The connection that the WebSocket is on. */
  constructor(socket: WebSocket, wire: Duplex) {
    if (socket.extensions !== "") throw new Error(`Messages cannot go past the extension ${socket.extensions}.`);
    this.#socket = socket;
    this.#wire = wire;
  }

  get bufferedAmount(): number {
    return this.#wire.writableLength;
  }

  send(text: string, onSent?: () => void): void {
    this.#socket.send(text, onSent);
  }

  sendMessage({ bytes }: Message, onSent?: () => void): void {
    // Nothing may follow a close frame, and the other side may have asked for that.
    if (this.#socket.readyState === WebSocket.OPEN) this.#wire.write(bytes, onSent);
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  ping(): void {
    this.#socket.ping();
  }

  terminate(): void {
    this.#socket.terminate();
  }
}
