import { SUBPROTOCOL } from "@windowscope/protocol";
import { WebSocket, type ClientOptions } from "ws";

import { Changes } from "./changes.ts";

/** A control message of the server, unchecked; `nothing` when none came in time, `closed` for the end. */
export interface Message {
  readonly type: string;
  readonly [member: string]: unknown;
}

const ANSWER_MS = 5_000;

/** A bare live socket that keeps everything it gets, for tests that look at single messages. */
export class LiveSocket {
  readonly socket: WebSocket;
  /** Control messages so far. */
  readonly messages: Message[] = [];
  /** Binary frames so far. */
  readonly frames: Buffer[] = [];
  /** Everything that has come in, as bytes. */
  readonly received: Buffer[] = [];
  #closed: { readonly type: "closed"; readonly code: number; readonly reason: string } | undefined;
  readonly #changes = new Changes();
  #lastId = 0;

  constructor(url: string, options: ClientOptions = {}, subprotocols: string | string[] = SUBPROTOCOL) {
    this.socket = new WebSocket(url, subprotocols, { perMessageDeflate: false, ...options });
    this.socket.on("message", (data: Buffer, isBinary) => {
      this.received.push(data);
      if (isBinary) this.frames.push(data);
      else this.messages.push(JSON.parse(data.toString("utf8")) as Message);
      this.#changes.tell();
    });
    this.socket.on("error", () => undefined);
    this.socket.on("close", (code, reason) => {
      this.#closed = { type: "closed", code, reason: reason.toString("utf8") };
      this.#changes.tell();
    });
  }

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  send(message: unknown): void {
    this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** The first control message that fits, also one that came before; the end when that comes first. */
  async message(fits: (message: Message) => boolean, timeoutMs = ANSWER_MS): Promise<Message> {
    const find = () => this.messages.find(fits) ?? this.#closed;
    await this.#changes.until(() => find() !== undefined, timeoutMs);
    return find() ?? { type: "nothing" };
  }

  /** Subscribes. @returns The first message about it. */
  async subscribe(log: string, from: unknown): Promise<Message> {
    const id = ++this.#lastId;
    this.send({ type: "sub", id, log, from });
    return this.message((message) => message.id === id);
  }

  /** Leaves every subscription, so that others may follow. */
  async unsubscribeAll(): Promise<void> {
    if (this.isOpen) this.send({ type: "unsub", id: this.#lastId });
  }

  /** Waits for the end. @returns Its code; `undefined` when it does not come. */
  async closeCode(timeoutMs = ANSWER_MS): Promise<number | undefined> {
    await this.#changes.until(() => this.#closed !== undefined, timeoutMs);
    return this.#closed?.code;
  }

  async opened(timeoutMs = ANSWER_MS): Promise<boolean> {
    if (!this.isOpen && !this.isClosed) {
      this.socket.once("open", () => this.#changes.tell());
      await this.#changes.until(() => this.isOpen || this.isClosed, timeoutMs);
    }
    return this.isOpen;
  }

  close(): void {
    this.socket.terminate();
  }
}

/** Opens a live socket and says hello. @throws {Error} when the server does not welcome it. */
export async function openLive(url: string, options: ClientOptions = {}, hello: object = {}): Promise<LiveSocket> {
  const live = new LiveSocket(url, options);
  await live.opened();
  if (live.isOpen) live.send({ type: "hello", client: "faults", ...hello });
  const answer = await live.message(({ type }) => type === "welcome");
  if (answer.type !== "welcome") throw new Error(`No welcome, but ${JSON.stringify(answer)}.`);
  return live;
}
