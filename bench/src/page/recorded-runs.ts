/** Writes runs into a run log as the server does, with results of any length at once and without a Studio. */
import {
  encodeReadings,
  encodeRun,
  encodeWindows,
  FEED,
  type EntryPosition,
  type Run,
  type RunResult,
} from "@windowscope/protocol";
import type { Append, LogState, RunLog } from "@windowscope/runlog";

const AXES = [
  { name: "accX", units: "m/s2" },
  { name: "accY", units: "m/s2" },
  { name: "accZ", units: "m/s2" },
];
const INTERVAL_MS = 16;
export const WINDOW_MS = 2_000;
/** From one window to the next, as 12.5 a second. */
export const HOP_MS = 80;
const READINGS_PER_HOP = HOP_MS / INTERVAL_MS;
/** As the server writes them. */
const WINDOWS_PER_ENTRY = 32;
const READINGS_PER_ENTRY = 5_461;
const ENTRIES_PER_APPEND = 64;
const HOLDER = "bench";
/** Longer than a run takes; the server leaves runs alone that somebody else works on. */
const LEASE_MS = 600_000;

export interface RunShape {
  readonly windows: number;
  readonly classes: number;
}

/** Writes runs one after another, and tells of them in the feed. */
export class RecordedRuns {
  readonly #runLog: RunLog;
  readonly #projectId: number;
  #feed: Pick<LogState, "number" | "next"> | undefined;
  #count = 0;

  constructor(runLog: RunLog, projectId: number) {
    this.#runLog = runLog;
    this.#projectId = projectId;
  }

  /** Writes a run that is over. @returns Its id. */
  async write(shape: RunShape, createdAtMs: number): Promise<string> {
    const steps = this.steps(shape, createdAtMs);
    for (;;) {
      const { value, done } = await steps.next();
      if (done) return value;
    }
  }

  /**
   * Writes a run append by append, as it comes to viewers: what is known of it, its signal, its windows, its end.
   *
   * @returns Its id.
   */
  async *steps({ windows, classes }: RunShape, createdAtMs: number): AsyncGenerator<void, string> {
    const n = this.#count++;
    const runId = `run-${n.toString(16).padStart(16, "0")}`;
    const result = createResult(windows, classes);
    const createdAt = new Date(createdAtMs).toISOString();
    const begun: Run = {
      ...{ runId, projectId: this.#projectId, sampleId: n + 1, sampleName: `recording.${n}`, expectedLabel: "class 0" },
      ...{ state: "waiting", createdAt, windows: 0, verdicts: {}, comparable: 0, matching: 0 },
    };
    const log = await this.#runLog.open(runId);
    const fence = await this.#runLog.lease(runId, { holder: HOLDER, ttlMs: LEASE_MS, force: false });
    if (fence === undefined) throw new Error(`Somebody else works on ${runId}.`);
    const writer = new EntryWriter(this.#runLog, log, fence);

    await this.#announce(writer, begun);
    yield;
    await this.#announce(writer, { ...begun, state: "streaming", result });
    for (let first = 0; first < result.readings; first += READINGS_PER_ENTRY) {
      const values = createReadings(first, Math.min(READINGS_PER_ENTRY, result.readings - first));
      await writer.add((position) => encodeReadings(position, { first, axisCount: AXES.length, values }));
    }
    for (let first = 0; first < windows; first += WINDOWS_PER_ENTRY) {
      const count = Math.min(WINDOWS_PER_ENTRY, windows - first);
      const isStored = await writer.add((position) => encodeWindows(position, createWindows(first, count, classes)));
      if (isStored) yield;
    }
    const finished: Run = { ...begun, state: "finished", result, windows, comparable: windows, matching: windows };
    await this.#announce(writer, { ...finished, endedAt: createdAt }, true);
    return runId;
  }

  async #announce(writer: EntryWriter, run: Run, seal = false): Promise<void> {
    this.#feed ??= await this.#runLog.open(FEED);
    const { number, next } = this.#feed;
    const entries = [encodeRun({ log: number, seq: next }, run)];
    await writer.add((position) => encodeRun(position, run));
    const request = { projectId: this.#projectId, sampleId: run.sampleId };
    await writer.store({ meta: JSON.stringify({ run, request }), seal }, [{ log: FEED, at: next, entries }]);
    this.#feed = { number, next: next + 1 };
  }
}

/** Collects entries of a log and appends them many at once. */
class EntryWriter {
  readonly #runLog: RunLog;
  readonly #log: LogState;
  readonly #fence: number;
  #next: number;
  #entries: Uint8Array[] = [];

  constructor(runLog: RunLog, log: LogState, fence: number) {
    this.#runLog = runLog;
    this.#log = log;
    this.#fence = fence;
    this.#next = log.next;
  }

  /** @returns Whether all that was added is stored now. */
  async add(encode: (position: EntryPosition) => Uint8Array): Promise<boolean> {
    this.#entries.push(encode({ log: this.#log.number, seq: this.#next + this.#entries.length }));
    if (this.#entries.length < ENTRIES_PER_APPEND) return false;
    await this.store({}, []);
    return true;
  }

  async store(beside: Pick<Append, "meta" | "seal">, together: readonly Append[]): Promise<void> {
    const append = { log: this.#log.log, at: this.#next, entries: this.#entries, fence: this.#fence, ...beside };
    await this.#runLog.append([...together, append]);
    this.#next += this.#entries.length;
    this.#entries = [];
  }
}

function createResult(windows: number, classes: number): RunResult {
  const readings = windows * READINGS_PER_HOP + WINDOW_MS / INTERVAL_MS;
  return {
    kinds: ["classes"],
    classes: Array.from({ length: classes }, (_, i) => `class ${i}`),
    axes: AXES,
    ...{ intervalMs: INTERVAL_MS, readings, windowSizeMs: WINDOW_MS, windowIncreaseMs: HOP_MS, windows },
    thresholds: { minimumConfidence: 0.6 },
    expected: [{ startMs: 0, endMs: readings * INTERVAL_MS, label: "class 0" }],
  };
}

function createReadings(first: number, count: number): Float32Array {
  return Float32Array.from({ length: count * AXES.length }, (_, i) => {
    const [reading, axis] = [first + Math.floor(i / AXES.length), i % AXES.length];
    return Math.sin(reading / (20 + 11 * axis)) * (8 + axis) + ((reading * 7_919) % 97) / 97;
  });
}

/** Class 0 most of the time, another one now and then. */
function createWindows(first: number, count: number, classCount: number) {
  const scores = new Float32Array(count * classCount);
  const verdicts = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const best = (first + i) % 97 < 90 ? 0 : Math.floor((first + i) / 97) % classCount;
    verdicts[i] = best;
    for (let c = 0; c < classCount; c++) scores[i * classCount + c] = c === best ? 0.9 : 0.1 / (classCount - 1);
  }
  const startMs = Float64Array.from({ length: count }, (_, i) => (first + i) * HOP_MS);
  const endMs = startMs.map((ms) => ms + WINDOW_MS);
  return { first, classCount, startMs, endMs, scores, anomaly: new Float32Array(count).fill(NaN), verdicts };
}
