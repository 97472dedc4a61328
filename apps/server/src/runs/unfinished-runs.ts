import { isOver, type Run } from "@windowscope/protocol";

import type { RunJournal, UnfinishedRun } from "./journal.ts";
import { keyOf } from "./run-record.ts";

interface Known extends UnfinishedRun {
  /** Created by this process, which brings it back when the engine forgets it. */
  readonly isOwn: boolean;
  /** Another process had it when it was last tried. */
  notBeforeMs: number;
}

/** The runs that are not over, whoever works on them, as far as this process knows; the oldest first. */
export class UnfinishedRuns {
  readonly #journal: RunJournal;
  #known = new Map<string, Known>();
  /** One refresh at a time: the next one may then trust what it has read. */
  #refreshed: Promise<void> = Promise.resolve();

  constructor(journal: RunJournal) {
    this.#journal = journal;
  }

  /** Adds a run that this process has created. */
  add({ number, record }: UnfinishedRun): void {
    this.#known.set(record.run.runId, { number, record, isOwn: true, notBeforeMs: 0 });
  }

  delete(runId: string): void {
    this.#known.delete(runId);
  }

  /** The run that is under way for what is wanted, as it stood when it was last read. */
  find(key: string): Run | undefined {
    return [...this.#known.values()].find(({ record }) => keyOf(record.request) === key)?.record.run;
  }

  /** Runs to try to get, the oldest first. */
  due(nowMs: number): string[] {
    return [...this.#known].filter(([, { notBeforeMs }]) => notBeforeMs <= nowMs).map(([runId]) => runId);
  }

  postpone(runId: string, untilMs: number): void {
    const known = this.#known.get(runId);
    if (known) known.notBeforeMs = untilMs;
  }

  /** @param isHeldHere Runs that this process works on; their writers look after them. */
  refresh(isHeldHere: (runId: string) => boolean): Promise<void> {
    const refreshed = this.#refreshed.then(() => this.#journal.store.whenOthersWrote(() => this.#read(isHeldHere)));
    this.#refreshed = refreshed.catch(() => undefined);
    return refreshed;
  }

  async #read(isHeldHere: (runId: string) => boolean): Promise<void> {
    const listed = await this.#journal.unfinished();
    const open = new Map(listed.map((unfinished) => [unfinished.record.run.runId, unfinished]));
    for (const [runId, known] of [...this.#known]) {
      if (open.has(runId)) continue;
      if (!isHeldHere(runId) && !(await this.#isStillThere(runId, known))) this.#known.delete(runId);
    }
    for (const [runId, unfinished] of open) {
      const { isOwn = false, notBeforeMs = 0 } = this.#known.get(runId) ?? {};
      this.#known.set(runId, { ...unfinished, isOwn, notBeforeMs });
    }
    this.#known = new Map([...this.#known].sort(([, a], [, b]) => a.number - b.number));
  }

  async #isStillThere(runId: string, { record, isOwn }: Known): Promise<boolean> {
    const stored = await this.#journal.find(runId);
    if (stored) return !isOver(stored.run.state);
    if (isOwn) await this.#journal.restore(record);
    return isOwn;
  }
}
