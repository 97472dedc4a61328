import { encodePredictions, encodeTestRun, type TestPrediction, type TestRun } from "@windowscope/protocol";
import type { Append } from "@windowscope/runlog";
import {
  cancelJob,
  classifyTestSet,
  startTestSetJob,
  StudioNotFoundError,
  StudioRefusedError,
  type ClassifiedTestSet,
  type JobHints,
  type ModelVariant,
  type Studio,
} from "@windowscope/sdk";

import type { RunStore } from "../runs/run-store.ts";
import { StartLock } from "../runs/start-lock.ts";
import type { TaskKind } from "../tasks/task.ts";
import { TaskLogs } from "../tasks/task-logs.ts";
import { TaskFailedError, TaskWorker } from "../tasks/task-worker.ts";
import type { TaskWriter } from "../tasks/task-writer.ts";
import { addLines, type JobTalk } from "./job-lines.ts";
import {
  PREDICTIONS_IN_ENTRY,
  readPredictions,
  type PredictionPage,
  type PredictionQuery,
} from "./read-predictions.ts";
import { summarise } from "./summary.ts";

/** What somebody wants tested. */
export interface TestRequest {
  readonly projectId: number;
  readonly impulseId?: number | undefined;
  readonly variant?: ModelVariant | undefined;
}

interface TestMemo {
  /** Number of the entry with the first predictions, once it is there. */
  readonly firstSeq?: number | undefined;
}

type Writer = TaskWriter<TestRun, TestMemo>;

const TEST_RUNS: TaskKind<TestRun, TestMemo> = {
  prefix: "test-",
  encode: encodeTestRun,
  hasResult: ({ predictions }) => predictions > 0,
  withoutResult: ({ task }) => ({
    task: { ...task, predictions: 0, state: task.jobId === undefined ? "waiting" : "classifying" },
    memo: {},
  }),
};

/** Predictions in one append. */
const PREDICTIONS_AT_ONCE = 10 * PREDICTIONS_IN_ENTRY;
/** So often Studio may forget a job before that is an error. */
const MOST_JOBS = 3;

/** Classifies whole test sets, one at a time: Studio has one set of results for each impulse. */
export class TestRuns {
  readonly #studio: Studio;
  readonly #store: RunStore;
  readonly #hintsFor: (projectId: number) => JobHints;
  readonly #logs: TaskLogs<TestRun, TestMemo>;
  readonly #worker: TaskWorker<TestRun, TestMemo>;
  readonly #stop = new AbortController();
  /** No two test runs are for the same request. */
  readonly #startLock: StartLock;

  constructor(options: {
    readonly studio: Studio;
    readonly store: RunStore;
    readonly hintsFor: (projectId: number) => JobHints;
  }) {
    const { studio, store } = options;
    this.#studio = studio;
    this.#store = store;
    this.#hintsFor = options.hintsFor;
    this.#logs = new TaskLogs(store, TEST_RUNS);
    this.#startLock = new StartLock(store, this.#stop.signal);
    this.#worker = new TaskWorker({
      logs: this.#logs,
      atOnce: 1,
      work: (writer, signal, stop) => this.#work(writer, signal, stop),
      onCancel: async ({ projectId, jobId }) => {
        if (jobId !== undefined) await cancelJob(studio, { projectId, jobId });
      },
    });
  }

  /** Begins, also with what an earlier process has left behind. */
  resume(): void {
    this.#worker.start();
  }

  /**
   * Starts a test run, or finds the one that is under way for the same request.
   *
   * @throws {StartsBusyError} when others start so much that this one does not come in between.
   */
  start(request: TestRequest): Promise<TestRun> {
    return this.#startLock.hold((guard) => this.#start(request, guard));
  }

  async find(testRunId: string): Promise<TestRun | undefined> {
    return (await this.#logs.find(testRunId))?.task;
  }

  /** As `TaskLogs.list`. */
  list(projectId: number, limit: number, before?: number): Promise<{ tasks: TestRun[]; next: number | undefined }> {
    return this.#logs.list(projectId, limit, before);
  }

  /** A page of the predictions that are there; `undefined` when there is no such test run. */
  async predictions(testRunId: string, query: PredictionQuery): Promise<PredictionPage | undefined> {
    const stored = await this.#logs.find(testRunId);
    return stored && readPredictions(this.#store.runLog, stored, query);
  }

  /** Ends a test run that is under way, and its job in Studio. @returns False when it was over before. */
  cancel(testRunId: string): Promise<boolean> {
    return this.#worker.cancel(testRunId);
  }

  /** Stops the work and leaves the test runs open, so that the next process goes on with them. */
  close(): Promise<void> {
    this.#stop.abort();
    return this.#worker.close();
  }

  async #start({ projectId, impulseId, variant }: TestRequest, guard: Append): Promise<TestRun> {
    const running = (await this.#logs.unfinished()).find(
      ({ task }) => task.projectId === projectId && task.impulseId === impulseId && task.variant === variant,
    );
    if (running) return running.task;
    const testRun: TestRun = {
      testRunId: this.#logs.newId(),
      projectId,
      impulseId,
      variant,
      state: "waiting",
      createdAt: new Date().toISOString(),
      lines: [],
      predictions: 0,
    };
    await this.#logs.create(testRun.testRunId, testRun, {}, [guard]);
    this.#worker.nudge();
    return testRun;
  }

  async #work(writer: Writer, signal: AbortSignal, stop: AbortSignal): Promise<void> {
    // Half of what one answer says and half of another would be a lie.
    if (writer.task.predictions > 0) await writer.restart();

    const classified = await this.#classify(writer, signal, stop);
    await writer.change({ state: "reading", warning: undefined });
    const predictions = classified.predictions.map((prediction, index): TestPrediction => {
      const { sampleId, startMs, endMs, label, predictionCorrect } = prediction;
      return {
        index,
        sampleId,
        sampleName: classified.sampleNames.get(sampleId),
        startMs,
        endMs,
        expected: label,
        predicted: prediction.prediction,
        isCorrect: predictionCorrect,
      };
    });
    for (let from = 0; from < predictions.length; from += PREDICTIONS_AT_ONCE) {
      signal.throwIfAborted();
      await writePredictions(writer, predictions, from, Math.min(predictions.length, from + PREDICTIONS_AT_ONCE));
    }
    const result = summarise(predictions, classified);
    await writer.change({ state: "finished", endedAt: new Date().toISOString(), result });
  }

  /** Waits for the job of the test run; starts it when there is none, or none any more. */
  async #classify(writer: Writer, signal: AbortSignal, stop: AbortSignal): Promise<ClassifiedTestSet> {
    const { projectId, impulseId } = writer.task;
    const variant = writer.task.variant;
    for (let jobs = 1; ; jobs++) {
      if (writer.task.jobId === undefined) await this.#startJob(writer, signal, stop);
      // A job that is waited for again tells all of its lines again.
      let talk: JobTalk = { lines: [], progress: undefined };
      let unwritten: string[] = [];
      let written: Promise<void> = Promise.resolve();
      try {
        const classified = await classifyTestSet(this.#studio, {
          projectId,
          impulseId,
          variant,
          jobId: writer.task.jobId,
          hints: this.#hintsFor(projectId),
          signal,
          onLog: (line) => {
            unwritten.push(line);
            // All lines of one look go into one entry. A failure to store is found by the next entry.
            if (unwritten.length === 1) {
              written = written.then(() => {
                talk = addLines(talk, unwritten);
                unwritten = [];
                return writer.note(talk);
              });
              written.catch(() => undefined);
            }
          },
        });
        await written;
        return classified;
      } catch (error) {
        const isForgotten = error instanceof StudioNotFoundError && error.operation === "getJobStatus";
        if (!isForgotten || jobs === MOST_JOBS) throw error;
        await writer.change({ jobId: undefined, lines: [], progress: undefined });
      }
    }
  }

  async #startJob(writer: Writer, signal: AbortSignal, stop: AbortSignal): Promise<void> {
    const { projectId, impulseId } = writer.task;
    const variant = writer.task.variant;
    if ((await this.#countSamples(projectId, signal)) === 0) {
      throw new TaskFailedError("The project's test set is empty. Upload recordings to it first.");
    }
    // Not ended by a cancel: a job whose id nobody has learnt could not be cancelled in Studio.
    const jobId = await startTestSetJob(this.#studio, { projectId, impulseId, variant, signal: stop });
    await writer.change({ jobId, state: "classifying", warning: undefined });
    signal.throwIfAborted();
  }

  /** `undefined` where Studio does not count. */
  async #countSamples(projectId: number, signal: AbortSignal): Promise<number | undefined> {
    try {
      const request = { path: { projectId }, query: { category: "testing" as const }, signal };
      return (await this.#studio.call("countSamples", request)).count;
    } catch (error) {
      if (error instanceof StudioRefusedError) return undefined;
      throw error;
    }
  }
}

async function writePredictions(
  writer: Writer,
  predictions: readonly TestPrediction[],
  from: number,
  to: number,
): Promise<void> {
  await writer.add(
    { predictions: to },
    (position) => {
      const pages = Math.ceil((to - from) / PREDICTIONS_IN_ENTRY);
      return Array.from({ length: pages }, (_, page) => {
        const first = from + page * PREDICTIONS_IN_ENTRY;
        return encodePredictions(position(page), {
          first,
          predictions: predictions.slice(first, Math.min(to, first + PREDICTIONS_IN_ENTRY)),
        });
      });
    },
    (firstSeq) => (from === 0 ? { firstSeq } : {}),
  );
}
