/** Viewers of one log that check everything they get. They run in processes of their own; see viewer-pool.ts. */
import { connectLive, decodeEntries, SUBPROTOCOL, type SubscribeFrom } from "@windowscope/protocol";
import { WebSocket } from "ws";

import { ViewerTally, type ViewerReport } from "./viewer-tally.ts";

/** What a viewer looks at, and how it behaves. */
export interface ViewerSpec {
  /** Of the live socket. */
  readonly url: string;
  readonly log: string;
  readonly from: SubscribeFrom;
  /**
   * `raw`: a bare socket with a cursor, which reconnects within 20 ms. `client`: `connectLive`, which reconnects as it
   * does for users.
   */
  readonly kind: "raw" | "client";
  /** Cuts its connection hard after a random number of entries between these; a raw one alone. */
  readonly cutsAfter?: readonly [least: number, most: number];
}

export interface Viewer {
  report(): ViewerReport;
  /** Takes nothing from the socket until told otherwise. */
  setReading(isReading: boolean): void;
  /** Forgets how late entries were so far. */
  forgetLatencies(): void;
  close(): void;
}

/** A raw viewer acknowledges after so many bytes or entries, or so long. */
const ACK_BYTES = 256 * 1024;
const ACK_ENTRIES = 64;
const ACK_MS = 1_000;

export function openViewer(spec: ViewerSpec, random: () => number): Viewer {
  return spec.kind === "raw" ? new RawViewer(spec, random) : new ClientViewer(spec);
}

interface Control {
  readonly type: string;
  readonly epoch: string;
  readonly first: number;
  readonly from: number;
  readonly why: string;
  readonly code: string;
  readonly state: string;
  readonly message: string;
}

class RawViewer implements Viewer {
  readonly #spec: ViewerSpec;
  readonly #random: () => number;
  readonly #tally = new ViewerTally();
  #socket: WebSocket | undefined;
  #id = 0;
  #unackedBytes = 0;
  #unackedEntries = 0;
  readonly #acking = setInterval(() => this.#acknowledge(), ACK_MS);
  /** Cut when `next` is there. */
  #cutAt = Infinity;
  #isClosed = false;

  constructor(spec: ViewerSpec, random: () => number) {
    this.#spec = spec;
    this.#random = random;
    this.#open();
  }

  report(): ViewerReport {
    return this.#tally.finish();
  }

  setReading(isReading: boolean): void {
    if (isReading) this.#socket?.resume();
    else this.#socket?.pause();
  }

  forgetLatencies(): void {
    this.#tally.report.latenciesMs.length = 0;
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#acking);
    this.#socket?.terminate();
  }

  #open(): void {
    const { report } = this.#tally;
    const socket = new WebSocket(this.#spec.url, SUBPROTOCOL, { perMessageDeflate: false });
    this.#socket = socket;
    this.#unackedBytes = this.#unackedEntries = 0;
    const [least, most] = this.#spec.cutsAfter ?? [Infinity, Infinity];
    this.#cutAt = report.next + least + Math.floor(this.#random() * (most - least || 0));
    socket.on("open", () => this.#tell({ type: "hello", client: "faults" }));
    socket.on("message", (data: Buffer, isBinary) => {
      // What ws had received before the cut still comes; a connection that broke would not have brought it.
      if (socket.readyState !== WebSocket.OPEN) return;
      if (isBinary) this.#entries(data);
      else this.#control(JSON.parse(data.toString("utf8")) as Control);
    });
    socket.on("error", () => undefined);
    socket.on("close", (code) => {
      report.closeCodes.push(code);
      this.#tally.lost();
      if (this.#isClosed || report.isOver) return;
      setTimeout(() => this.#isClosed || this.#open(), this.#random() * 20);
    });
  }

  #control(message: Control): void {
    const { report } = this.#tally;
    switch (message.type) {
      case "welcome": {
        this.#tally.welcomed();
        const from = report.epoch === undefined ? this.#spec.from : { epoch: report.epoch, seq: report.next };
        this.#tell({ type: "sub", id: ++this.#id, log: this.#spec.log, from });
        break;
      }
      case "subok":
        if (report.epoch === undefined) this.#tally.startOver(message.from);
        else if (message.from !== report.next) report.errors.push(`resumed at ${message.from}`);
        report.epoch = message.epoch;
        break;
      case "reset":
        report.epoch = message.epoch;
        this.#tally.reset(message.why, message.first);
        break;
      case "live":
        this.#tally.live();
        break;
      case "end":
        report.isOver = true;
        this.#socket?.close(1000);
        break;
      case "err":
        report.errors.push(message.code);
        break;
      case "bye":
        report.byes++;
        break;
      case "store":
        this.#tally.toldOfStore(message.state, message.message);
        break;
      default:
    }
  }

  #entries(data: Buffer): void {
    const { report } = this.#tally;
    // A Buffer of ws may look into a larger one, whose bytes are used again.
    const entries = decodeEntries(new Uint8Array(data));
    for (const entry of entries) {
      if (report.next >= this.#cutAt) {
        // In the middle of a message: the rest of it is lost.
        this.#socket?.terminate();
        this.#cutAt = Infinity;
        return;
      }
      this.#tally.apply(entry);
    }
    this.#unackedBytes += data.length;
    this.#unackedEntries += entries.length;
    if (this.#unackedBytes >= ACK_BYTES || this.#unackedEntries >= ACK_ENTRIES) this.#acknowledge();
  }

  #acknowledge(): void {
    if (this.#unackedEntries === 0) return;
    this.#unackedBytes = this.#unackedEntries = 0;
    this.#tell({ type: "ack", id: this.#id, seq: this.#tally.report.next });
  }

  #tell(message: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}

class ClientViewer implements Viewer {
  readonly #tally = new ViewerTally();
  readonly #stop = new AbortController();
  readonly #sockets = new Set<WebSocket>();

  constructor(spec: ViewerSpec) {
    void this.#follow(spec);
  }

  report(): ViewerReport {
    return this.#tally.finish();
  }

  setReading(isReading: boolean): void {
    for (const socket of this.#sockets) {
      if (isReading) socket.resume();
      else socket.pause();
    }
  }

  forgetLatencies(): void {
    this.#tally.report.latenciesMs.length = 0;
  }

  close(): void {
    this.#stop.abort();
  }

  async #follow({ url, log, from }: ViewerSpec): Promise<void> {
    const { report } = this.#tally;
    const connection = connectLive(url, {
      client: "faults",
      openSocket: (address, subprotocol) => {
        const socket = new WebSocket(address, subprotocol, { perMessageDeflate: false });
        this.#sockets.add(socket);
        socket.on("close", (code) => {
          this.#sockets.delete(socket);
          report.closeCodes.push(code);
        });
        socket.on("message", (data: Buffer, isBinary) => {
          if (!isBinary && data.includes('"type":"bye"')) report.byes++;
        });
        return socket;
      },
      signal: this.#stop.signal,
      onStore: (state, message) => this.#tally.toldOfStore(state, message),
      onState: ({ name }) => {
        if (name === "open") this.#tally.welcomed();
        else if (name === "waiting" || name === "closed") this.#tally.lost();
      },
    });
    try {
      let isFirst = true;
      for await (const event of connection.subscribe(log, from)) {
        if (event.type === "live") this.#tally.live();
        else if (event.type === "reset") this.#tally.reset(event.why, 0);
        else {
          if (isFirst) this.#tally.startOver(event.entries[0]?.seq ?? 0);
          isFirst = false;
          for (const entry of event.entries) this.#tally.apply(entry);
        }
      }
      report.isOver = true;
      this.close();
    } catch (error) {
      if (!this.#stop.signal.aborted) report.errors.push(error instanceof Error ? error.message : String(error));
    }
  }
}
