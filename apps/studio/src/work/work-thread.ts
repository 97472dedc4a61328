import { Worker } from "node:worker_threads";

import { RecordingError } from "../formats/recording.ts";
import { ClassifyError } from "../impulse-readings.ts";
import type { Report, TaskInput, TaskName, TaskOutput } from "./tasks.ts";
import { TrainingError } from "./train-blocks.ts";

/** What goes to the thread. */
export interface Request {
  readonly task: TaskName;
  readonly input: unknown;
}

/** What comes back. */
export type Answer =
  | { readonly type: "report"; readonly line: string }
  | { readonly type: "done"; readonly output: unknown }
  | { readonly type: "failed"; readonly name: string; readonly message: string; readonly stack: string | undefined };

interface Options {
  readonly signal?: AbortSignal | undefined;
  readonly report?: Report | undefined;
}

interface Commission extends Request {
  readonly options: Options;
  readonly resolve: (output: never) => void;
  readonly reject: (error: unknown) => void;
}

/** Errors that whoever gave the task tells apart; on another thread they lose their class. */
const KNOWN_ERRORS = { ClassifyError, RecordingError, TrainingError } as const;

const IS_SOURCE = import.meta.url.endsWith(".ts");
const WORKER = new URL(IS_SOURCE ? "./worker-from-source.mjs" : "./worker.js", import.meta.url);

/**
 * A thread that does one task after another, in the order in which they were given.
 *
 * It starts with its first task. A task that is aborted ends at once, whatever it is at, and the thread with it; the
 * next task gets a new one.
 */
export class WorkThread {
  readonly #waiting: Commission[] = [];
  #current: Commission | undefined;
  #worker: Worker | undefined;
  #isClosed = false;

  /** @throws what the task throws, or the signal's reason. */
  async run<K extends TaskName>(task: K, input: TaskInput<K>, options: Options = {}): Promise<TaskOutput<K>> {
    const { signal } = options;
    if (this.#isClosed) throw closed();
    signal?.throwIfAborted();
    let abort: () => void = () => undefined;
    try {
      return await new Promise((resolve, reject) => {
        const commission: Commission = { task, input, options, resolve, reject };
        abort = () => this.#abort(commission);
        signal?.addEventListener("abort", abort);
        this.#waiting.push(commission);
        this.#next();
      });
    } finally {
      // A job gives one signal to thousands of tasks.
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Ends the thread; what it was at, what waits, and what comes later is rejected. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const reason = closed();
    for (const { reject } of this.#waiting.splice(0)) reject(reason);
    this.#current?.reject(reason);
    this.#current = undefined;
    await this.#worker?.terminate();
  }

  #next(): void {
    if (this.#current) return;
    this.#current = this.#waiting.shift();
    if (!this.#current) {
      // A thread without work keeps no process alive.
      this.#worker?.unref();
      return;
    }
    this.#worker ??= this.#start();
    this.#worker.ref();
    const { task, input } = this.#current;
    this.#worker.postMessage({ task, input } satisfies Request);
  }

  #start(): Worker {
    const worker = new Worker(WORKER, { execArgv: IS_SOURCE ? ["--conditions=@windowscope/source"] : [] });
    worker.on("message", (answer: Answer) => this.#received(worker, answer));
    worker.on("error", (error) => this.#lost(worker, error));
    worker.on("exit", () => this.#lost(worker, new Error("The thread that did the work has ended.")));
    return worker;
  }

  #received(worker: Worker, answer: Answer): void {
    const commission = this.#current;
    // A thread that was ended may have answered just before: that answer is for nobody.
    if (!commission || worker !== this.#worker) return;
    switch (answer.type) {
      case "report":
        commission.options.report?.(answer.line);
        return;
      case "done":
        commission.resolve(answer.output as never);
        break;
      case "failed":
        commission.reject(rebuild(answer));
        break;
      default:
        answer satisfies never;
    }
    this.#current = undefined;
    this.#next();
  }

  /** The thread broke down, for want of memory perhaps: that is the end of its task, not of the others. */
  #lost(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#current?.reject(error);
    this.#current = undefined;
    this.#next();
  }

  #abort(commission: Commission): void {
    const { signal } = commission.options;
    const place = this.#waiting.indexOf(commission);
    if (place !== -1) this.#waiting.splice(place, 1);
    commission.reject(signal?.reason);
    if (this.#current !== commission) return;
    this.#current = undefined;
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
    this.#next();
  }
}

function closed(): Error {
  return new Error("The local Studio ends.");
}

function rebuild({ name, message, stack }: Extract<Answer, { type: "failed" }>): Error {
  const Known = KNOWN_ERRORS[name as keyof typeof KNOWN_ERRORS] as (typeof KNOWN_ERRORS)["ClassifyError"] | undefined;
  const error = Known ? new Known(message) : new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
