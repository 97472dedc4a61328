/**
 * The scope: the connection, the numbers and the pictures of what is on the screen.
 *
 * It lives at the other end of a port from the page, in a worker or beside it, and knows nothing of documents. All that
 * it needs from where it runs is handed in. scope-port.ts has what the two say to each other.
 */
import { isOver, type LiveOptions } from "@windowscope/protocol";

import { answerTo, transferOf, type Ask } from "./answers.ts";
import { Connection } from "./connection.ts";
import { Painter } from "./drawing/painter.ts";
import { FollowedFeed } from "./followed-feed.ts";
import { Pace } from "./pace.ts";
import { isClosed, isGone } from "./run-loader.ts";
import { RunStore } from "./run-store.ts";
import type { Port, ScopeRequest, ScopeUpdate, Snapshot, Source, Thresholds } from "./scope-port.ts";
import { rangesOf } from "./signal-ranges.ts";
import { ShownWindows, type ShownRun } from "./shown-windows.ts";
import { createSnapshot } from "./snapshot.ts";
import { isRunOf, namedRuns, runsOf } from "./source-runs.ts";
import { Updates } from "./updates.ts";

/** Where a scope runs. */
export interface ScopeHost {
  /** Default: the platform's `WebSocket`. */
  readonly openSocket?: LiveOptions["openSocket"];
  /** Calls back before the next frame is drawn. @returns Takes that back. */
  readonly nextFrame: (callback: () => void) => () => void;
  /** Lets others have their turn. */
  readonly pause: () => Promise<void>;
}

export class Scope {
  readonly #port: Port<ScopeUpdate, ScopeRequest>;
  readonly #host: ScopeHost;
  readonly #painter: Painter;
  readonly #feed = new FollowedFeed(() => this.#feedChanged());
  readonly #windows = new ShownWindows();
  #pace = new Pace(() => performance.now());
  readonly #updates = new Updates({ runs: () => this.#postRuns(), snapshot: () => this.#postSnapshot() });
  #connected: Connection | undefined;
  #source: Source = { kind: "session" };
  #whatIf: Thresholds | undefined;
  #whatIfTimer: ReturnType<typeof setTimeout> | undefined;
  #isStale = true;
  #holdsScale = false;
  #beside: ShownRun | undefined;
  #placed: Snapshot["placed"] = [];
  readonly #failures = new Map<string, string>();
  /** Logs that the page follows, over any number of connections. */
  readonly #watched = new Set<string>();
  #version = 0;
  #lagMs: number | undefined;
  #heardAtMs: number | undefined;

  constructor(port: Port<ScopeUpdate, ScopeRequest>, host: ScopeHost) {
    this.#port = port;
    this.#host = host;
    this.#painter = new Painter({
      nextFrame: host.nextFrame,
      content: () => ({ windows: this.#shown(), whatIf: this.#whatIf }),
      onLabels: (places) => this.#port.postMessage({ type: "labels", places }),
    });
    port.onmessage = ({ data }) => this.#receive(data);
  }

  /** Leaves the connection, and lets go of everything. */
  close(): void {
    this.#port.onmessage = null;
    this.#disconnect();
    this.#painter.close();
    this.#updates.close();
    clearTimeout(this.#whatIfTimer);
  }

  #receive(request: ScopeRequest): void {
    switch (request.type) {
      case "connect":
        this.#connect(request.url, request.needsTicket);
        break;
      case "ticket":
        this.#connected?.link.gotTicket(request.id, request.ticket);
        break;
      case "retry":
        this.#connected?.link.live.retryNow();
        break;
      case "show":
        this.#show(request.source);
        break;
      case "canvases":
        this.#painter.drawOn(request.lanes, request.overview);
        break;
      case "look":
        this.#painter.look(request.look);
        break;
      case "range":
        this.#holdsScale = request.holdsScale === true;
        this.#windows.heldRanges = undefined;
        this.#holdScale();
        this.#painter.range(request.range);
        break;
      case "filter":
        this.#windows.filterBy(request.filter);
        this.#markSnapshot();
        break;
      case "whatIf":
        this.#judgeSoon(request.thresholds);
        break;
      case "watch":
        this.#watched.add(request.log);
        this.#connected?.watches.watch(request.log);
        break;
      case "unwatch":
        this.#watched.delete(request.log);
        this.#connected?.watches.unwatch(request.log);
        break;
      case "ask":
        void this.#answer(request);
        break;
      default:
        request satisfies never;
    }
  }

  // -- the connection --

  #connect(url: string, needsTicket: boolean): void {
    this.#disconnect();
    this.#connected = new Connection({
      url,
      needsTicket,
      openSocket: this.#host.openSocket,
      port: this.#port,
      onLag: (lagMs) => {
        this.#lagMs = lagMs;
        this.#markSnapshot();
      },
      listener: {
        changed: (runId, liveWindows) => this.#runChanged(runId, liveWindows),
        failed: (runId, error) => this.#runFailed(runId, error),
      },
      createStore: (runId) => this.#createStore(runId),
    });
    for (const log of this.#watched) this.#connected.watches.watch(log);
    this.#connected.read(this.#feed);
    this.#choose();
  }

  #disconnect(): void {
    this.#connected?.close();
    this.#connected = undefined;
    this.#feed.clear();
    this.#failures.clear();
    this.#lagMs = undefined;
    this.#isStale = true;
  }

  #feedChanged(): void {
    this.#heardAtMs = Date.now();
    this.#isStale = true;
    this.#updates.mark("runs");
    // Until the last run has come, nobody knows which is the newest, nor which of those that are read are gone.
    if (this.#feed.isCaughtUp) this.#choose();
    this.#markSnapshot();
  }

  #createStore(runId: string): RunStore {
    const store = new RunStore(runId);
    store.judgeBy(this.#whatIf);
    return store;
  }

  #runChanged(runId: string, liveWindows: number): void {
    this.#heardAtMs = Date.now();
    this.#version++;
    this.#isStale = true;
    this.#failures.delete(runId);
    if (liveWindows > 0 && isRunOf(this.#source, runId, this.#feed)) this.#pace.arrived(liveWindows);
    this.#markSnapshot();
    this.#painter.invalidate();
  }

  #runFailed(runId: string, error: unknown): void {
    if (isClosed(error)) return;
    const message = error instanceof Error ? error.message : String(error);
    // The server keeps runs for a while; a session goes on without those that are gone.
    if (this.#source.kind === "run" || !isGone(error)) this.#failures.set(runId, message);
    this.#markSnapshot();
  }

  // -- what is shown --

  #show(source: Source): void {
    this.#source = source;
    this.#pace = new Pace(() => performance.now());
    this.#isStale = true;
    this.#version++;
    for (const runId of namedRuns(this.#source)) {
      this.#failures.delete(runId);
      this.#connected?.loader.forgive(runId);
    }
    this.#choose();
    this.#markSnapshot();
    this.#painter.invalidate();
  }

  /** Tells the loader what to read. What the session has stays while one run is looked at. */
  #choose(): void {
    const { loader } = this.#connected ?? {};
    const ids = this.#feed.session.placed.map(({ run }) => run.runId).reverse();
    if (this.#source.kind === "session") loader?.want([], ids, new Set());
    else loader?.want(namedRuns(this.#source), [], new Set(ids));
  }

  /** The windows of the source, as they stand now. */
  #shown(): ShownWindows {
    if (!this.#isStale) return this.#windows;
    this.#isStale = false;
    const { runs, beside } = runsOf(this.#source, this.#feed, this.#connected?.loader.stores ?? new Map());
    this.#beside = beside;
    this.#windows.show(runs, beside?.store);
    return this.#windows;
  }

  /** A slider tells of every step; what counts is where it is now. */
  #judgeSoon(thresholds: Thresholds | undefined): void {
    this.#whatIf = thresholds;
    this.#whatIfTimer ??= setTimeout(() => {
      this.#whatIfTimer = undefined;
      for (const store of this.#connected?.loader.stores.values() ?? []) store.judgeBy(this.#whatIf);
      this.#windows.judgedAnew();
      this.#version++;
      this.#markSnapshot();
      this.#painter.invalidate();
    }, 0);
  }

  // -- what the page is told --

  #markSnapshot(): void {
    this.#updates.mark("snapshot");
  }

  #postRuns(): void {
    const { runs, testRuns, recordings } = this.#feed.lists;
    this.#port.postMessage({ type: "runs", runs, testRuns, recordings, isCaughtUp: this.#feed.isCaughtUp });
  }

  #postSnapshot(): void {
    this.#holdScale();
    const windows = this.#shown();
    const { windowsPerSecond } = this.#pace;
    const told = createSnapshot(windows, {
      source: this.#source,
      beside: this.#beside,
      whatIf: this.#whatIf,
      placedBefore: this.#placed,
      wallClockMs: this.#source.kind === "session" ? this.#feed.session.wallClockMs : undefined,
      windowsPerSecond,
      lagMs: this.#lagMs,
      heardAtMs: this.#heardAtMs,
      bytes: this.#connected?.bytes ?? 0,
      failure: this.#failureOf(windows),
      version: this.#version,
    });
    const snapshot: Snapshot = {
      ...told,
      isLoading: this.#isLoading(windows),
      ranges: windows.heldRanges ?? told.ranges,
    };
    this.#placed = snapshot.placed;
    this.#port.postMessage({ type: "snapshot", snapshot });
    // Nothing tells when nothing comes any more.
    if (windowsPerSecond > 0 && this.#connected) this.#updates.lookAgain();
  }

  /** New recordings must not stretch what is held; what was there before the page belongs to the scale. */
  #holdScale(): void {
    const windows = this.#shown();
    if (!this.#holdsScale || this.#source.kind === "run" || this.#isLoading(windows)) {
      windows.heldRanges = undefined;
      return;
    }
    const ranges = rangesOf(windows.runs);
    // A new session may have other axes.
    if (ranges.length !== windows.heldRanges?.length) windows.heldRanges = ranges;
  }

  #isLoading(windows: ShownWindows): boolean {
    if (this.#source.kind === "session" && !this.#feed.isCaughtUp) return true;
    return windows.runs.some(
      ({ run, store }) =>
        isOver(run.state) &&
        (store?.windowCount ?? 0) < run.windows &&
        this.#connected?.loader.isDone(run.runId) === false,
    );
  }

  #failureOf(windows: ShownWindows): string | undefined {
    const ids = this.#source.kind === "run" ? namedRuns(this.#source) : windows.runs.map(({ run }) => run.runId);
    return ids.map((runId) => this.#failures.get(runId)).findLast((message) => message !== undefined);
  }

  async #answer(asked: Ask): Promise<void> {
    const { id } = asked;
    try {
      const answer = await answerTo(asked, {
        shown: () => this.#shown(),
        storeOf: (runId) => this.#connected?.loader.stores.get(runId),
        picture: () => this.#painter.picture(),
        isSession: () => this.#source.kind === "session",
        pause: this.#host.pause,
      });
      this.#port.postMessage({ type: "answer", id, answer }, transferOf(asked, answer));
    } catch (error) {
      this.#port.postMessage({ type: "refusal", id, message: error instanceof Error ? error.message : String(error) });
    }
  }
}
