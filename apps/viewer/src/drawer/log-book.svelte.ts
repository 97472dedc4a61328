import { isOver, type ConnectionState, type Run, type StoreState, type StudioState } from "@windowscope/protocol";

import { formatCount } from "../format.ts";
import type { Snapshot } from "../scope/scope-port.ts";

export interface LogLine {
  readonly id: number;
  /** Unix time. */
  readonly atMs: number;
  readonly source: "connection" | "server" | "Studio" | "run" | "page";
  readonly text: string;
  /** Something is wrong, or was lost. */
  readonly isAlert: boolean;
}

/** The oldest lines go: a page stays open all day. */
const MOST_LINES = 500;

/** What happened while the page was open: told piece by piece, and only what has changed is written down. */
export class LogBook {
  readonly #now: () => number;
  /** Unix time from which the book is written; what is older is history that was told later. */
  readonly sinceMs: number;
  /** The newest first. */
  #lines = $state.raw<readonly LogLine[]>([]);
  #written = 0;
  #connection: ConnectionState["name"] | undefined;
  #studio: StudioState | undefined;
  #store: StoreState = "storing";
  #failure: string | undefined;
  /** What was said of a run last, so that it is said once. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nobody reads it but the book itself
  readonly #said = new Map<string, string>();
  /** Since when nothing is connected, and what was here then. */
  #lost: { readonly atMs: number; readonly windows: number; readonly place: string } | undefined;
  /** When it was connected again, while what came meanwhile is on its way. */
  #resumedAtMs: number | undefined;
  #snapshot: Snapshot | undefined;

  constructor(now: () => number) {
    this.#now = now;
    this.sinceMs = now();
  }

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  connectionChanged(state: ConnectionState): void {
    if (state.name === this.#connection) return;
    const wasOpen = this.#connection === "open";
    this.#connection = state.name;
    switch (state.name) {
      case "open":
        if (this.#lost) {
          const seconds = ((this.#now() - this.#lost.atMs) / 1000).toFixed(1);
          this.#write("connection", `connected again after ${seconds} s, try ${Math.max(1, state.attempt)}`);
          this.#resumedAtMs = this.#now();
        } else {
          this.#write("connection", "connected");
        }
        break;
      case "waiting":
      case "closed":
        this.#resumedAtMs = undefined;
        if (wasOpen && this.#snapshot) {
          const { windows } = this.#snapshot.tally;
          this.#lost ??= { atMs: this.#now(), windows, place: placeOf(this.#snapshot) };
        }
        this.#write("connection", `${wasOpen ? "lost" : "no connection"}: ${state.reason}`, true);
        break;
      case "connecting":
        // Each try would be a line; its end says how it went.
        break;
      default:
        state satisfies never;
    }
  }

  studioChanged(studio: { readonly state: StudioState; readonly message: string } | undefined): void {
    if (!studio || studio.state === this.#studio) return;
    const isFirst = this.#studio === undefined;
    this.#studio = studio.state;
    const isAlert = studio.state === "unreachable" || studio.state === "refused";
    if (isFirst && studio.state === "connecting") return;
    this.#write("Studio", studio.message ? `${studio.state}: ${studio.message}` : studio.state, isAlert);
  }

  storeChanged(store: { readonly state: StoreState; readonly message: string } | undefined): void {
    if (!store || store.state === this.#store) return;
    this.#store = store.state;
    this.#write("server", store.message, store.state === "refusing");
  }

  /** Runs of the project, also those that are not on the screen. */
  runsChanged(runs: readonly Run[]): void {
    for (const run of runs.toReversed()) {
      const trouble = run.error ?? run.warning;
      if (trouble === undefined || this.#said.get(run.runId) === trouble) continue;
      this.#said.set(run.runId, trouble);
      const what = run.error === undefined ? "" : run.state === "cancelled" ? "cancelled: " : "failed: ";
      // The first list is history: what went wrong in it is worth knowing, but has not happened now.
      const atMs = run.endedAt === undefined ? this.#now() : Math.min(this.#now(), Date.parse(run.endedAt));
      this.#write("run", `${run.sampleName} ${what}${trouble}`, run.error !== undefined, atMs);
    }
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- gone at the end of this
    const known = new Set(runs.map(({ runId }) => runId));
    for (const runId of this.#said.keys()) if (!known.has(runId)) this.#said.delete(runId);
  }

  snapshotChanged(snapshot: Snapshot | undefined): void {
    if (!snapshot) return;
    this.#snapshot = snapshot;
    if (snapshot.failure !== this.#failure) {
      this.#failure = snapshot.failure;
      if (snapshot.failure !== undefined) this.#write("page", snapshot.failure, true);
    }
    if (this.#resumedAtMs !== undefined) this.#resume(snapshot, this.#resumedAtMs);
  }

  /** Says what the loss has cost once everything that the server has is here. */
  #resume(snapshot: Snapshot, resumedAtMs: number): void {
    const lost = this.#lost;
    if (!lost || lost.place !== placeOf(snapshot)) {
      this.#endLoss();
      return;
    }
    const { windows } = snapshot.tally;
    const runs = runsOf(snapshot);
    const awaited = runs.reduce((sum, { run }) => sum + run.windows, 0);
    const hasHeard = (snapshot.heardAtMs ?? 0) >= resumedAtMs || runs.every(({ run }) => isOver(run.state));
    if (!hasHeard || (windows < awaited && snapshot.failure === undefined)) return;
    const missed = Math.max(0, awaited - windows);
    const came = Math.max(0, windows - lost.windows);
    this.#write(
      "connection",
      `resumed; ${formatCount(came)} windows came meanwhile, windows missed: ${missed === 0 ? "none" : formatCount(missed)}`,
      missed > 0,
    );
    this.#endLoss();
  }

  #endLoss(): void {
    this.#lost = undefined;
    this.#resumedAtMs = undefined;
  }

  #write(source: LogLine["source"], text: string, isAlert = false, atMs = this.#now()): void {
    const line = { id: this.#written++, atMs, source, text, isAlert };
    const older = this.#lines.findIndex((other) => other.atMs <= atMs);
    this.#lines = this.#lines.toSpliced(older < 0 ? this.#lines.length : older, 0, line).slice(0, MOST_LINES);
  }
}

/** The runs whose windows are counted: of two over one another only the first. */
function runsOf({ source, placed }: Snapshot): Snapshot["placed"] {
  return source.kind === "run" ? placed.slice(0, 1) : placed;
}

/** Names what is on the screen: after a change of it, counts cannot be compared. */
function placeOf({ source }: Snapshot): string {
  return source.kind === "run" ? source.runId : "session";
}
