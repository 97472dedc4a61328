import type { ServerMessage } from "@windowscope/protocol";

import type { Session } from "../access/token-access.ts";
import type { Frame } from "./frame.ts";
import { Liveness } from "./liveness.ts";
import type { Outlet } from "./subscription.ts";
import type { LiveParts, StatusMessage, Viewer } from "./viewer.ts";

/** Position in the id of an event: the last entry that the viewer has, as `<epoch>:<seq>`; -1 for none. */
export interface EventId {
  readonly epoch: string;
  readonly seq: number;
}

/** @returns `undefined` when that is no id of ours. */
export function parseEventId(text: string): EventId | undefined {
  const match = /^([\w-]{1,100}):(-1|\d{1,15})$/.exec(text);
  return match ? { epoch: match[1] as string, seq: Number(match[2]) } : undefined;
}

/** Encoded once, for all viewers. A frame belongs to one log and one epoch. */
const encodedFrames = new WeakMap<Frame, Buffer>();

/**
 * A viewer that reads server-sent events: one log, as JSON.
 *
 * Nobody acknowledges, so what counts as taken is what the stream has handed to the connection.
 */
export class EventViewer implements Outlet, Viewer {
  readonly isAcknowledged = false;
  readonly lag = 0;
  readonly subscriptionCount = 1;
  /** The body of the answer. */
  readonly stream: ReadableStream<Uint8Array>;
  readonly #parts: LiveParts;
  readonly #session: Session | undefined;
  readonly #liveness: Liveness;
  readonly #onClose: () => void;
  readonly #highWaterMark: number;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #epoch = "";
  #isClosed = false;

  /**
   * @param session Ends the stream with its own end.
   * @param on `room`: the stream takes more. `close`: it has ended, from whichever side.
   */
  constructor(
    parts: LiveParts,
    session: Session | undefined,
    on: { readonly room: () => void; readonly close: () => void },
  ) {
    this.#parts = parts;
    this.#session = session;
    this.#liveness = new Liveness(parts.tails.limits, performance.now());
    this.#onClose = on.close;
    const { highWaterBytes, messageBytes } = parts.tails.limits;
    const highWaterMark = highWaterBytes - messageBytes;
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.#controller = controller),
        pull: () => on.room(),
        cancel: () => this.#closed(),
      },
      { highWaterMark, size: ({ byteLength }) => byteLength },
    );
    this.#highWaterMark = highWaterMark;
    for (const status of parts.statuses) if (status.state === "refusing") this.setStatus(status);
  }

  get session(): string | undefined {
    return this.#session?.session;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get hasRoom(): boolean {
    return !this.#isClosed && (this.#controller.desiredSize ?? 0) > 0;
  }

  get bufferedBytes(): number {
    return this.#isClosed ? 0 : this.#highWaterMark - (this.#controller.desiredSize ?? 0);
  }

  tell(message: ServerMessage): void {
    switch (message.type) {
      case "subok":
        // Without data it is no event, and yet the position counts: also who got nothing can resume.
        this.#epoch = message.epoch;
        this.#write(`id: ${message.epoch}:${message.from - 1}\n\n`);
        break;
      case "reset":
        this.#epoch = message.epoch;
        this.#event(message, message.first - 1);
        break;
      case "live":
        this.#event(message, message.next - 1);
        break;
      case "end":
        // A position of its own, so that who comes back after it can be told to stay away.
        this.#event(message, message.next);
        this.#end();
        break;
      case "err":
        this.#event(message);
        this.#end();
        break;
      default:
        break;
    }
  }

  send(frame: Frame, epoch: string): void {
    const known = encodedFrames.get(frame);
    const head = `id: ${epoch}:${frame.next - 1}\nevent: entries\ndata: `;
    const encoded = known ?? Buffer.concat([Buffer.from(head), frame.jsonMessage.payload, Buffer.from("\n\n")]);
    encodedFrames.set(frame, encoded);
    this.#write(encoded);
    this.#parts.sent(encoded.length);
  }

  fail(error: unknown): void {
    this.#parts.serverLog.error("A viewer's events failed", { err: error });
    this.#end();
  }

  setStatus(status: StatusMessage): void {
    // A stream of events tells of its log alone, and of why that stands still.
    if (status.type === "store") this.#event(status);
  }

  sayGoodbye(inMs: number): void {
    this.#write(`retry: ${inMs}\n\n`);
    this.#end();
  }

  tick(nowMs: number): void {
    if (this.#isClosed) return;
    const { stallMs } = this.#parts.tails.limits;
    if (this.#session && Date.now() >= this.#session.expiresAtMs) this.cut("the session's time is over");
    else if (this.#liveness.stuckMs(nowMs, this.bufferedBytes) >= stallMs) this.cut(`no progress for ${stallMs} ms`);
    // A comment, which keeps proxies from ending the connection.
    else if (this.#liveness.isSilent(nowMs)) this.#write(":\n\n");
  }

  close(_code: number, reason: string): void {
    this.cut(reason);
  }

  /** Breaks the stream off. What waits in it is forgotten; the viewer resumes behind what it got. */
  cut(reason: string): void {
    if (this.#isClosed) return;
    this.#controller.error(new Error(reason));
    this.#closed();
  }

  #event(message: ServerMessage, seq?: number): void {
    const id = seq === undefined ? "" : `id: ${this.#epoch}:${seq}\n`;
    this.#write(`${id}event: ${message.type}\ndata: ${JSON.stringify(message)}\n\n`);
  }

  #write(data: string | Buffer): void {
    if (this.#isClosed) return;
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    this.#liveness.spoke(bytes.length);
    this.#controller.enqueue(bytes);
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#controller.close();
    this.#closed();
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onClose();
  }
}
