import type { Run, TestPrediction, TestRun, TestRunState } from "@windowscope/protocol";

import type { Variant } from "../api.ts";
import type { Page } from "../page/page.svelte.ts";
import { openRun } from "./open-run.svelte.ts";
import { sayFailure } from "./project.svelte.ts";
import { countCells } from "./test-set-words.ts";
import type { TasksApi } from "./tasks-api.ts";

/** Rows of a page of predictions. */
export const PAGE_ROWS = 100;

/** Which predictions are shown: of a cell of the matrix, of a row or a column of it, or all. */
export interface PredictionFilter {
  readonly expected?: string | undefined;
  readonly predicted?: string | undefined;
}

type TestSetPage = Pick<
  Page,
  "testRuns" | "runs" | "watch" | "showRun" | "selectAt" | "snapshot" | "source" | "overlay" | "open"
>;
type TestSetApi = Pick<TasksApi, "startTestRun" | "cancelTestRun" | "readPredictions" | "startRun">;

/** The test set: its test runs, the picked one as it goes on, and its predictions page by page. */
export class TestSet {
  #pickedId = $state<string>();
  #watched = $state.raw<TestRun>();
  #watchFailure = $state<string>();
  #startFailure = $state<string>();
  #isStarting = $state(false);
  #filter = $state.raw<PredictionFilter>({});
  #predictions = $state.raw<readonly TestPrediction[]>([]);
  #readFailure = $state<string>();
  #isReading = $state(false);
  #next = $state<number>();
  /** Cursors of the pages before this one; of the first page there is none. */
  #before = $state.raw<readonly (number | undefined)[]>([]);
  #cursor: number | undefined;
  #reads = 0;
  #opens = 0;
  readonly #page: TestSetPage;
  readonly #api: TestSetApi;

  constructor(page: TestSetPage, api: TestSetApi) {
    this.#page = page;
    this.#api = api;
  }

  /** The newest first. */
  get testRuns(): readonly TestRun[] {
    return this.#page.testRuns;
  }

  /** The picked test run, else the newest one. */
  readonly pickedId = $derived.by(() => this.#pickedId ?? this.testRuns[0]?.testRunId);

  readonly picked = $derived.by(() => {
    if (this.#watched?.testRunId === this.pickedId) return this.#watched;
    return this.testRuns.find(({ testRunId }) => testRunId === this.pickedId);
  });

  /** Why the picked one is not followed, or what was asked for last not done. */
  get failure(): string | undefined {
    return this.#startFailure ?? this.#watchFailure;
  }

  get isStarting(): boolean {
    return this.#isStarting;
  }

  /** The picked one is still going on. */
  readonly isUnderWay = $derived(this.picked !== undefined && !hasEnded(this.picked.state));

  readonly isStale = $derived.by(() => this.picked !== undefined && hasOldThresholds(this.picked, this.#page.runs));

  get filter(): PredictionFilter {
    return this.#filter;
  }

  get predictions(): readonly TestPrediction[] {
    return this.#predictions;
  }

  get isReading(): boolean {
    return this.#isReading;
  }

  get readFailure(): string | undefined {
    return this.#readFailure;
  }

  /** Number of the first row on this page, from 1. */
  readonly firstRow = $derived(this.#before.length * PAGE_ROWS + 1);

  get hasNext(): boolean {
    return this.#next !== undefined;
  }

  get hasPrevious(): boolean {
    return this.#before.length > 0;
  }

  /** Predictions that the filter leaves; `undefined` where that is not known before all pages are read. */
  readonly rows = $derived.by(() => {
    const { picked, filter } = this;
    if (filter.expected === undefined && filter.predicted === undefined) return picked?.predictions;
    return picked?.result?.matrix && countCells(picked.result.matrix, filter);
  });

  pick(testRunId: string): void {
    this.#pickedId = testRunId;
    this.#filter = {};
  }

  /** Follows the picked test run. @returns Stops it. */
  follow(): () => void {
    const { pickedId } = this;
    this.#watchFailure = undefined;
    if (pickedId === undefined) return () => undefined;
    return this.#page.watch(pickedId, ({ testRun, failure }) => {
      if (testRun) this.#watched = testRun;
      this.#watchFailure = failure;
    });
  }

  async start(
    projectId: number,
    wanted: { variant?: Variant | undefined; impulseId?: number | undefined },
  ): Promise<void> {
    if (this.#isStarting) return;
    this.#isStarting = true;
    this.#startFailure = undefined;
    try {
      this.pick(await this.#api.startTestRun(projectId, wanted));
    } catch (cause) {
      this.#startFailure = sayFailure(cause);
    } finally {
      this.#isStarting = false;
    }
  }

  async cancel(): Promise<void> {
    if (!this.picked) return;
    this.#startFailure = undefined;
    try {
      await this.#api.cancelTestRun(this.picked.projectId, this.picked.testRunId);
    } catch (cause) {
      this.#startFailure = sayFailure(cause);
    }
  }

  /** Shows only what a cell, a row or a column of the matrix counts; the same one again shows all. */
  pickCell(expected: string | undefined, predicted: string | undefined): void {
    const isSame = this.#filter.expected === expected && this.#filter.predicted === predicted;
    this.#filter = isSame ? {} : { expected, predicted };
  }

  showAll(): void {
    this.#filter = {};
  }

  /** Reads the first page anew; none while the test run goes on, since Studio still has those of the one before. */
  async readFirst(): Promise<void> {
    this.#before = [];
    this.#cursor = undefined;
    await this.#read();
  }

  async readNext(): Promise<void> {
    if (this.#next === undefined) return;
    this.#before = [...this.#before, this.#cursor];
    this.#cursor = this.#next;
    await this.#read();
  }

  async readPrevious(): Promise<void> {
    if (this.#before.length === 0) return;
    this.#cursor = this.#before.at(-1);
    this.#before = this.#before.slice(0, -1);
    await this.#read();
  }

  /** Shows a prediction's window in the run of its sample; one is started where there is none. */
  async openPrediction({ sampleId, endMs }: TestPrediction): Promise<void> {
    const { picked } = this;
    if (!picked) return;
    const open = ++this.#opens;
    this.#readFailure = undefined;
    try {
      const { projectId, impulseId, variant } = picked;
      const known = findRun(this.#page.runs, sampleId, picked);
      const runId =
        known?.runId ?? (await this.#api.startRun({ projectId, sampleId, impulseId, variant: variant as Variant }));
      // Whoever has gone on to something else meanwhile stays there.
      if (open !== this.#opens || this.#page.overlay !== "test-set") return;
      this.#page.open("none");
      // A window's cell is the last of its time.
      openRun(this.#page, runId, endMs - 1);
    } catch (cause) {
      if (open === this.#opens) this.#readFailure = sayFailure(cause);
    }
  }

  async #read(): Promise<void> {
    const { picked } = this;
    const read = ++this.#reads;
    this.#predictions = [];
    this.#next = undefined;
    this.#readFailure = undefined;
    this.#isReading = picked !== undefined && hasEnded(picked.state) && picked.predictions > 0;
    if (!picked || !this.#isReading) return;
    try {
      const wanted = { limit: PAGE_ROWS, after: this.#cursor, ...this.#filter };
      const { predictions, next } = await this.#api.readPredictions(picked.projectId, picked.testRunId, wanted);
      if (read !== this.#reads) return;
      this.#predictions = predictions;
      this.#next = next;
    } catch (cause) {
      if (read === this.#reads) this.#readFailure = sayFailure(cause);
    } finally {
      if (read === this.#reads) this.#isReading = false;
    }
  }
}

/** Whether a test run will not change any more. */
export function hasEnded(state: TestRunState): boolean {
  return state === "finished" || state === "failed" || state === "cancelled";
}

/** Whether the impulse judges with other limits now than when the test set was classified, as far as its runs tell. */
export function hasOldThresholds(testRun: TestRun, runs: readonly Run[]): boolean {
  if (testRun.state !== "finished") return false;
  const judged = runs
    .filter((run) => run.projectId === testRun.projectId && run.result)
    .toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
  const before = judged.findLast(({ createdAt }) => Date.parse(createdAt) <= Date.parse(testRun.createdAt));
  const now = judged.at(-1);
  return (
    before?.result !== undefined &&
    now?.result !== undefined &&
    keyOf(before.result.thresholds) !== keyOf(now.result.thresholds)
  );
}

/** The newest run of a sample that was classified as a test run did. */
function findRun(runs: readonly Run[], sampleId: number, { projectId, variant, impulseId }: TestRun): Run | undefined {
  const fitting = runs.filter((run) => {
    return (
      run.projectId === projectId &&
      run.sampleId === sampleId &&
      run.state !== "failed" &&
      run.state !== "cancelled" &&
      (run.variant ?? "float32") === (variant ?? "float32") &&
      run.impulseId === impulseId &&
      run.blockId === undefined
    );
  });
  return fitting.reduce<Run | undefined>(
    (newest, run) => (newest && newest.createdAt >= run.createdAt ? newest : run),
    undefined,
  );
}

function keyOf(thresholds: object): string {
  return JSON.stringify(Object.entries(thresholds).toSorted(([a], [b]) => a.localeCompare(b)));
}
