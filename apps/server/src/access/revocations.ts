import { AppendConflictError, type LogState, type RunLog } from "@windowscope/runlog";

/** Holds the names of the sessions that were ended, one an entry. */
const LOG = "sessions-ended";
/** So many are kept for replicas that are slow to look. */
const KEPT = 1_000;
/** The log's own hint is usually sooner. */
const LOOK_MS = 500;
const READ_BYTES = 64 * 1024;

/** Tells every replica which sessions were ended. */
export class Revocations {
  readonly #runLog: RunLog;
  readonly #listeners = new Set<(session: string) => void>();
  readonly #looking: NodeJS.Timeout;
  readonly #unwatch: () => void;
  #epoch: string;
  #next: number;
  #look: Promise<void> | undefined;

  private constructor(runLog: RunLog, { epoch, next }: LogState) {
    this.#runLog = runLog;
    this.#epoch = epoch;
    this.#next = next;
    const look = () => void this.#lookOnce();
    this.#looking = setInterval(look, LOOK_MS);
    this.#looking.unref();
    this.#unwatch = runLog.watch(LOG, look);
  }

  static async open(runLog: RunLog): Promise<Revocations> {
    return new Revocations(runLog, await runLog.open(LOG));
  }

  on(listener: (session: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async announce(session: string): Promise<void> {
    for (;;) {
      const { next, first } = await this.#runLog.open(LOG);
      try {
        await this.#runLog.append([{ log: LOG, at: next, entries: [new TextEncoder().encode(`${session}\n`)] }]);
        if (next - first > 2 * KEPT) await this.#runLog.trim(LOG, next - KEPT);
        return;
      } catch (error) {
        // Another replica was faster.
        if (!(error instanceof AppendConflictError)) throw error;
      }
    }
  }

  close(): void {
    clearInterval(this.#looking);
    this.#unwatch();
  }

  /** One look at a time. A look that fails is made up for by the next. */
  async #lookOnce(): Promise<void> {
    this.#look ??= this.#readOn()
      .catch(() => undefined)
      .finally(() => (this.#look = undefined));
    await this.#look;
  }

  async #readOn(): Promise<void> {
    for (;;) {
      const position = { epoch: this.#epoch, from: this.#next, maxBytes: READ_BYTES };
      const slice = await this.#runLog.read(LOG, position);
      if (slice.type === "reset") {
        this.#epoch = slice.state.epoch;
        this.#next = slice.state.first;
        continue;
      }
      this.#next = slice.next;
      const sessions = new TextDecoder().decode(slice.bytes).split("\n").filter(Boolean);
      for (const session of sessions) for (const listener of this.#listeners) listener(session);
      if (slice.isAtEnd) return;
    }
  }
}
