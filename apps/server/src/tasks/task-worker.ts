import { isTransient, StudioAuthenticationError, StudioError } from "@windowscope/sdk";

import { Hold } from "../runs/hold.ts";
import { isTaken, keepRenewing, LogTakenError } from "../runs/run-store.ts";
import type { Task } from "./task.ts";
import type { TaskLogs } from "./task-logs.ts";
import type { TaskWriter } from "./task-writer.ts";

/** Why a task cannot be done, in words for people. */
export class TaskFailedError extends Error {
  override readonly name = "TaskFailedError";
}

export interface TaskWorkerOptions<T extends Task, M> {
  readonly logs: TaskLogs<T, M>;
  /** Tasks that go on at the same time in this process. */
  readonly atOnce: number;
  /**
   * Does a task, or goes on with it: after an error that passes, when the log has lost what was in it, and after a
   * restart, it is called again.
   *
   * @param signal Aborts when the task is cancelled, and when the process stops.
   * @param stop Aborts only when the process stops.
   */
  readonly work: (writer: TaskWriter<T, M>, signal: AbortSignal, stop: AbortSignal) => Promise<void>;
  /** Undoes what goes on elsewhere for a task that is cancelled. */
  readonly onCancel?: (task: T) => Promise<void>;
}

/** How often to look for tasks that another process has left behind, ms. */
const LOOK_MS = 2_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

/** Does the tasks that are not over, each under the lease of its log, until it is closed. */
export class TaskWorker<T extends Task, M> {
  readonly #options: TaskWorkerOptions<T, M>;
  readonly #active = new Map<string, { readonly cancel: AbortController; readonly done: Promise<void> }>();
  readonly #cancelling = new Map<string, Promise<boolean>>();
  readonly #stop = new AbortController();
  #wake = new AbortController();
  #looking: Promise<void> | undefined;

  constructor(options: TaskWorkerOptions<T, M>) {
    this.#options = options;
  }

  /** Begins, also with what an earlier process has left behind. */
  start(): void {
    this.#looking ??= this.#look();
  }

  /** There may be something new to do. */
  nudge(): void {
    this.#wake.abort();
  }

  /** Ends a task, whichever process works on it. @returns False when it was over before. */
  cancel(id: string): Promise<boolean> {
    const cancelling = this.#cancelling.get(id) ?? this.#cancel(id).finally(() => this.#cancelling.delete(id));
    this.#cancelling.set(id, cancelling);
    return cancelling;
  }

  /** Stops the work and leaves the tasks open, so that the next process goes on with them. */
  async close(): Promise<void> {
    this.#stop.abort();
    // One signal and not both combined: each combination leaves something behind in a signal that lives on.
    this.nudge();
    await Promise.all([this.#looking, ...[...this.#active.values()].map(({ done }) => done)]);
  }

  async #look(): Promise<void> {
    const { pause, log } = this.#options.logs.store;
    while (!this.#stop.signal.aborted) {
      this.#wake = new AbortController();
      await this.#takeAll().catch((error: unknown) => {
        log.warn("Cannot look for tasks", { reason: textOf(error) });
      });
      await pause(LOOK_MS, this.#wake.signal).catch(() => undefined);
    }
  }

  async #takeAll(): Promise<void> {
    const { logs, atOnce } = this.#options;
    for (const { log } of await logs.unfinished()) {
      if (this.#active.size >= atOnce) return;
      if (this.#active.has(log.log) || this.#cancelling.has(log.log)) continue;
      const hold = new Hold(this.#stop.signal);
      let writer: TaskWriter<T, M> | undefined;
      try {
        writer = await logs.claim(log.log, hold.signal);
      } finally {
        if (!writer || this.#stop.signal.aborted) hold.release();
      }
      if (this.#stop.signal.aborted) return writer?.release();
      if (writer) this.#begin(writer, hold);
    }
  }

  #begin(writer: TaskWriter<T, M>, hold: Hold): void {
    const cancel = new AbortController();
    const done = this.#do(writer, hold, cancel.signal).finally(() => {
      this.#active.delete(writer.id);
      this.nudge();
    });
    this.#active.set(writer.id, { cancel, done });
  }

  async #do(writer: TaskWriter<T, M>, hold: Hold, cancelled: AbortSignal): Promise<void> {
    const { store } = this.#options.logs;
    const over = new AbortController();
    const keeping = keepRenewing(store, () => writer.renew(), over.signal).then((isLost) => {
      if (isLost) hold.lose(new LogTakenError(writer.id));
    });
    const signal = AbortSignal.any([cancelled, hold.signal]);
    try {
      await this.#insist(writer, signal);
      store.log.info("A task is over", { task: writer.id, state: writer.task.state });
    } catch (error) {
      // It is no longer this process's business, or it stays open for the next one.
      if (!isTaken(error) && !signal.aborted) await this.#fail(writer, error);
    } finally {
      over.abort();
      await keeping;
      await writer.release();
      hold.release();
    }
  }

  /** Waits out what passes. */
  async #insist(writer: TaskWriter<T, M>, signal: AbortSignal): Promise<void> {
    const { work, logs } = this.#options;
    const { pause, log, metrics } = logs.store;
    for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2)) {
      try {
        return await writer.untilStored(() => work(writer, signal, this.#stop.signal));
      } catch (error) {
        if (error instanceof StudioError) metrics.studioErrors.inc({ error: error.name });
        // A key that is refused may be mended in Studio.
        if (!isTransient(error) && !(error instanceof StudioAuthenticationError)) throw error;
        signal.throwIfAborted();
        const { message } = error as Error;
        log.warn("Studio does not answer a task", { task: writer.id, reason: message, retryMs });
        if (writer.task.warning !== message)
          await writer.untilStored(() => writer.change({ warning: message } as Partial<T>));
      }
      await pause(retryMs, signal);
    }
  }

  async #fail(writer: TaskWriter<T, M>, error: unknown): Promise<void> {
    const { log } = this.#options.logs.store;
    const isKnown = error instanceof StudioError || error instanceof TaskFailedError;
    const message = isKnown ? error.message : "The server made a mistake; its log says more.";
    log.warn("A task failed", { task: writer.id, reason: isKnown ? message : textOf(error) });
    const end = { state: "failed", endedAt: new Date().toISOString(), error: message } as Partial<T>;
    await writer
      .untilStored(() => writer.change(end))
      .catch((cause: unknown) => {
        log.info("Leaving a task's end to others", { task: writer.id, reason: textOf(cause) });
      });
  }

  async #cancel(id: string): Promise<boolean> {
    const { logs, onCancel } = this.#options;
    const active = this.#active.get(id);
    active?.cancel.abort();
    await active?.done;
    for (;;) {
      const writer = await logs.claim(id, this.#stop.signal, { force: true });
      if (!writer) return false;
      try {
        await onCancel?.(writer.task).catch((error: unknown) => {
          logs.store.log.warn("A task's job cannot be cancelled in Studio", { task: id, reason: textOf(error) });
        });
        const end = { state: "cancelled", endedAt: new Date().toISOString() } as Partial<T>;
        await writer.untilStored(() => writer.change(end));
        return true;
      } catch (error) {
        // Another process has taken it in this moment.
        if (!isTaken(error)) throw error;
      } finally {
        await writer.release();
      }
    }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
