import type { Duplex } from "node:stream";

import { CLOSE, SUBPROTOCOL } from "@windowscope/protocol";
import type { RunLog } from "@windowscope/runlog";
import type { WebSocket } from "ws";

import { OPEN_ACCESS, type Access } from "../access/access.ts";
import type { ServerLog } from "../log.ts";
import { Metrics } from "../metrics.ts";
import { STORING, type StoreStatus } from "../runs/refusals.ts";
import type { StudioStatus } from "../studio-watch.ts";
import { Admission } from "./admission.ts";
import { DEFAULT_LIMITS, TICK_MS, type LiveLimits } from "./limits.ts";
import { FramedSocket } from "./framed-socket.ts";
import { LogTails } from "./log-tails.ts";
import { ViewerSession } from "./session.ts";
import type { LiveParts, StatusMessage, Viewer } from "./viewer.ts";

/** Viewers that are told at once that the server goes away. */
const GOODBYES_AT_ONCE = 100;
const GOODBYE_PAUSE_MS = 25;
/** Who has not left by then after a goodbye is cut off. Under `start` the process has 4 s for everything (apps/cli). */
const LEAVING_MS = 3_000;

interface HubOptions {
  readonly runLog: RunLog;
  readonly log: ServerLog;
  readonly access?: Access;
  readonly metrics?: Metrics;
  readonly limits?: Partial<LiveLimits>;
}

/** All viewers that are connected, and what they share. */
export class LiveHub implements LiveParts {
  readonly limits: LiveLimits;
  readonly tails: LogTails;
  readonly access: Access;
  readonly serverLog: ServerLog;
  /** Who may connect at all. */
  readonly admission: Admission;
  readonly #metrics: Metrics;
  /** Each with what cuts its connection. */
  readonly #viewers = new Map<Viewer, () => void>();
  readonly #endRevocations: () => void;
  #status: StudioStatus = { state: "connecting", message: "Connecting to Studio" };
  #store: StoreStatus = STORING;
  #ticking: NodeJS.Timeout | undefined;
  #sentBytes = 0;
  #onEmpty: (() => void) | undefined;

  constructor({ runLog, log, access = OPEN_ACCESS, metrics = new Metrics(), limits }: HubOptions) {
    this.limits = { ...DEFAULT_LIMITS, ...limits };
    this.tails = new LogTails(runLog, { limits: this.limits, serverLog: log });
    this.access = access;
    this.serverLog = log;
    this.admission = new Admission(this.limits);
    this.#metrics = metrics;
    this.#endRevocations = access.onRevoked((session) => this.#revoke(session));
  }

  /** How it stands with Studio. */
  get status(): StudioStatus {
    return this.#status;
  }

  get statuses(): readonly StatusMessage[] {
    return [
      { type: "studio", ...this.#status },
      { type: "store", ...this.#store },
    ];
  }

  setStatus(status: StudioStatus): void {
    if (isSame(status, this.#status)) return;
    this.#status = status;
    for (const viewer of this.#viewers.keys()) viewer.setStatus({ type: "studio", ...status });
  }

  /** Tells every viewer whether what happens can be stored, without storing that. */
  setStoreStatus(status: StoreStatus): void {
    if (isSame(status, this.#store)) return;
    this.#store = status;
    for (const viewer of this.#viewers.keys()) viewer.setStatus({ type: "store", ...status });
  }

  /** Takes a connection whose handshake is done. @param wire What the WebSocket is on. */
  accept(socket: WebSocket, wire: Duplex): void {
    // A close event follows every error.
    socket.on("error", () => undefined);
    // Nobody would ever say that such a viewer has left.
    if (socket.readyState === socket.CLOSED) return;
    if (socket.protocol !== SUBPROTOCOL) {
      this.closing(CLOSE.wrongVersion);
      socket.close(CLOSE.wrongVersion, `Offer the subprotocol ${SUBPROTOCOL}.`);
      return;
    }
    const session = new ViewerSession(new FramedSocket(socket, wire), this);
    const leave = this.enter(session, () => socket.terminate());
    socket.on("message", (data, isBinary) => session.received(isBinary ? undefined : toText(data)));
    socket.on("pong", () => session.heard());
    socket.on("close", () => {
      session.closed();
      leave();
    });
    letGoOfHandshake(socket);
  }

  /**
   * Looks after a viewer from now on.
   *
   * @param cut Drops its connection without a word.
   * @returns To be called when it has left.
   */
  enter(viewer: Viewer, cut: () => void): () => void {
    this.#viewers.set(viewer, cut);
    this.#ticking ??= setInterval(() => this.#tick(), TICK_MS);
    // Once the caller knows how to leave.
    if (this.admission.isClosed) queueMicrotask(() => viewer.sayGoodbye(this.#randomWaitMs()));
    return () => this.#leave(viewer);
  }

  closing(code: number): void {
    this.#metrics.closes.inc({ code });
  }

  sent(bytes: number): void {
    this.#sentBytes += bytes;
  }

  /** Lets nobody in any more, and sends every viewer away for a moment. Resolves when all have left. */
  async drain(): Promise<void> {
    this.admission.close();
    this.#endRevocations();
    const viewers = [...this.#viewers.keys()];
    for (let i = 0; i < viewers.length; i += GOODBYES_AT_ONCE) {
      if (i > 0) await new Promise((resolve) => setTimeout(resolve, GOODBYE_PAUSE_MS));
      for (const viewer of viewers.slice(i, i + GOODBYES_AT_ONCE)) viewer.sayGoodbye(this.#randomWaitMs());
    }
    if (this.#viewers.size === 0) return;
    const timer = setTimeout(() => {
      for (const cut of this.#viewers.values()) cut();
    }, LEAVING_MS);
    await new Promise<void>((resolve) => (this.#onEmpty = resolve));
    clearTimeout(timer);
  }

  #leave(viewer: Viewer): void {
    if (!this.#viewers.delete(viewer) || this.#viewers.size > 0) return;
    clearInterval(this.#ticking);
    this.#ticking = undefined;
    this.#measure();
    this.#onEmpty?.();
  }

  #randomWaitMs(): number {
    return Math.floor(Math.random() * this.limits.spreadMs);
  }

  #revoke(session: string): void {
    for (const viewer of this.#viewers.keys()) {
      if (viewer.session === session) viewer.close(CLOSE.forbidden, "the session was ended");
    }
  }

  #tick(): void {
    const nowMs = performance.now();
    for (const viewer of this.#viewers.keys()) viewer.tick(nowMs);
    this.tails.check(nowMs);
    this.#keepToBudget();
    this.#measure();
  }

  /** What waits for wires is memory: beyond the budget those go who cost most of it. */
  #keepToBudget(): void {
    let bytes = 0;
    for (const viewer of this.#viewers.keys()) bytes += viewer.bufferedBytes;
    if (bytes <= this.limits.bufferedBytes) return;
    const costs = [...this.#viewers.keys()].map((viewer) => ({ viewer, bytes: viewer.bufferedBytes, lag: viewer.lag }));
    costs.sort((a, b) => b.bytes - a.bytes || b.lag - a.lag);
    for (const cost of costs) {
      if (bytes <= this.limits.bufferedBytes) break;
      cost.viewer.close(CLOSE.overloaded, "too much waits for too many viewers");
      bytes -= cost.bytes;
    }
    this.serverLog.warn("Sent viewers away to stay within memory", { budgetBytes: this.limits.bufferedBytes });
  }

  #measure(): void {
    let [subscriptions, bytes, lag] = [0, 0, 0];
    for (const viewer of this.#viewers.keys()) {
      subscriptions += viewer.subscriptionCount;
      bytes += viewer.bufferedBytes;
      lag = Math.max(lag, viewer.lag);
    }
    this.#metrics.viewers.set(this.#viewers.size);
    this.#metrics.subscriptions.set(subscriptions);
    this.#metrics.bufferedBytes.set(bytes);
    this.#metrics.furthestBehind.set(lag);
    this.#metrics.sentEntries.inc(this.#sentBytes);
    this.#sentBytes = 0;
  }
}

function isSame(one: StudioStatus | StoreStatus, other: StudioStatus | StoreStatus): boolean {
  return one.state === other.state && one.message === other.message;
}

/**
 * Takes off the listeners that Hono's adapter adds after its `onOpen`. They serve handlers that we do not have, and hold
 * the request and its context for as long as the connection lasts: 9 KB a viewer.
 */
function letGoOfHandshake(socket: WebSocket): void {
  const events = ["message", "close", "error"];
  const kept = new Set(events.flatMap((event) => socket.listeners(event)));
  queueMicrotask(() => {
    for (const event of events) {
      for (const listener of socket.listeners(event)) {
        if (!kept.has(listener)) socket.off(event, listener as () => void);
      }
    }
  });
}

function toText(data: Buffer | ArrayBuffer | Buffer[]): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString("utf8");
  return (Buffer.isBuffer(data) ? data : Buffer.from(data)).toString("utf8");
}
