import type { RunLog } from "@windowscope/runlog";
import { WebSocketServer, type WebSocket } from "ws";
import { CLOSE, SUBPROTOCOL } from "@windowscope/protocol";

import type { StudioStatus } from "../studio-watch.ts";
import { ViewerSession } from "./session.ts";

/** A viewer's control messages are short. */
const LARGEST_MESSAGE_BYTES = 16 * 1024;
/** On a restart viewers come back spread over so many ms. */
const SPREAD_MS = 2_000;

/** All viewers that are connected. */
export class LiveHub {
  readonly #runLog: RunLog;
  readonly #log: (line: string) => void;
  readonly #sessions = new Set<ViewerSession>();
  #status: StudioStatus = { state: "connecting", message: "Connecting to Studio" };

  constructor(runLog: RunLog, log: (line: string) => void) {
    this.#runLog = runLog;
    this.#log = log;
  }

  get status(): StudioStatus {
    return this.#status;
  }

  /** Takes a connection whose handshake is done. */
  accept(socket: WebSocket): void {
    if (socket.protocol !== SUBPROTOCOL) {
      socket.close(CLOSE.badMessage, `Offer the subprotocol ${SUBPROTOCOL}.`);
      return;
    }
    const session = new ViewerSession(socket, { runLog: this.#runLog, status: this.#status, log: this.#log });
    this.#sessions.add(session);
    socket.on("message", (data, isBinary) => session.received(isBinary ? undefined : toText(data)));
    socket.on("pong", () => session.heard());
    // A close event follows every error.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#sessions.delete(session);
      session.closed();
    });
  }

  setStatus(status: StudioStatus): void {
    const { state, message } = this.#status;
    if (state === status.state && message === status.message) return;
    this.#status = status;
    for (const session of this.#sessions) session.setStatus(status);
  }

  /** Sends every viewer away for a moment. */
  close(): void {
    for (const session of this.#sessions) session.sayGoodbye(Math.floor(Math.random() * SPREAD_MS));
  }
}

/** The WebSocket server of the live socket; it waits for upgrades that are handed to it. */
export function createLiveSocketServer(): WebSocketServer {
  const options = {
    noServer: true,
    // 25 times the CPU for what is mostly numbers.
    perMessageDeflate: false,
    clientTracking: true,
    maxPayload: LARGEST_MESSAGE_BYTES,
    maxFragments: 64,
    maxBufferedChunks: 1024,
    maxPendingAutoPongs: 16,
    closeTimeout: 5_000,
    handleProtocols: (offered: Set<string>) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  };
  // The types of ws do not know its newest limits.
  return new WebSocketServer(options);
}

function toText(data: Buffer | ArrayBuffer | Buffer[]): string {
  return (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)).toString("utf8");
}
