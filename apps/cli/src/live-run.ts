/** A run that comes as slowly as a test wants: written into the log as a second server on the same log would write it. */
import { randomBytes } from "node:crypto";

import {
  encodeReadings,
  encodeRun,
  encodeWindows,
  expectedLabel,
  FEED,
  isMismatch,
  VERDICT,
  verdictName,
  type Run,
  type RunResult,
} from "@windowscope/protocol";
import { AppendConflictError, type Append, type RunLog } from "@windowscope/runlog";

const CLASSES = ["idle", "snake", "updown", "wave"];
const AXES = ["accX", "accY", "accZ"].map((name) => ({ name, units: "m/s2" }));
const INTERVAL_MS = 16;
const WINDOW_MS = 2_000;
const HOP_MS = 80;
const THRESHOLDS = { minimumConfidence: 0.6, anomaly: 0.3 };
/** Longer than any test. */
const LEASE_MS = 600_000;

export interface LiveRunOptions {
  readonly name: string;
  /** How long the whole recording is; it ended at `endsAt`. */
  readonly seconds: number;
  /** Unix time, ms; now without it. */
  readonly endsAt?: number;
  /** Labels, each up to a time; `idle` without them. */
  readonly expected?: readonly { readonly untilS: number; readonly label: string }[];
}

/** What the model says of a window. */
export interface Opinion {
  /** Scores of idle, snake, updown and wave. */
  readonly scores: readonly number[];
  readonly anomaly?: number;
}

export const IDLE: Opinion = { scores: [0.91, 0.04, 0.03, 0.02] };
export const WAVE: Opinion = { scores: [0.05, 0.04, 0.11, 0.8] };
export const UNCERTAIN: Opinion = { scores: [0.4, 0.1, 0.1, 0.4] };
export const ANOMALY: Opinion = { scores: [0.7, 0.1, 0.1, 0.1], anomaly: 0.75 };

export class LiveRun {
  readonly #log: RunLog;
  readonly #number: number;
  readonly #fence: number;
  #run: Run;
  #next = 0;
  #readings = 0;
  #skipped = 0;

  private constructor(log: RunLog, number: number, fence: number, run: Run) {
    this.#log = log;
    this.#number = number;
    this.#fence = fence;
    this.#run = run;
  }

  static async begin(log: RunLog, { name, seconds, endsAt, expected }: LiveRunOptions): Promise<LiveRun> {
    const runId = `run-${randomBytes(8).toString("hex")}`;
    const readings = Math.round((seconds * 1_000) / INTERVAL_MS);
    const labels = expected ?? [{ untilS: seconds, label: "idle" }];
    const result: RunResult = {
      kinds: ["classes", "anomaly"],
      classes: CLASSES,
      axes: AXES,
      intervalMs: INTERVAL_MS,
      readings,
      windowSizeMs: WINDOW_MS,
      windowIncreaseMs: HOP_MS,
      windows: Math.max(0, Math.floor((readings * INTERVAL_MS - WINDOW_MS) / HOP_MS) + 1),
      thresholds: THRESHOLDS,
      expected: labels.map(({ untilS, label }, i) => ({
        startMs: (labels[i - 1]?.untilS ?? 0) * 1_000,
        endMs: untilS * 1_000,
        label,
      })),
    };
    const run: Run = {
      runId,
      projectId: 1,
      sampleId: 900_000 + randomBytes(2).readUInt16LE(),
      sampleName: name,
      expectedLabel: labels[0]?.label ?? "",
      state: "streaming",
      createdAt: new Date(endsAt ?? Date.now()).toISOString(),
      result,
      windows: 0,
      verdicts: {},
      comparable: 0,
      matching: 0,
    };
    const { number } = await log.open(runId);
    const fence = await log.lease(runId, { holder: `test ${runId}`, ttlMs: LEASE_MS });
    const live = new LiveRun(log, number, fence ?? 0, run);
    await live.#append([]);
    return live;
  }

  get runId(): string {
    return this.#run.runId;
  }

  /** Windows that the whole run has. */
  get length(): number {
    return this.#run.result?.windows ?? 0;
  }

  get windows(): number {
    return this.#run.windows;
  }

  /** Writes the signal up to a time, s. */
  async signal(untilS: number): Promise<void> {
    const until = Math.round((untilS * 1_000) / INTERVAL_MS);
    const values = Float32Array.from({ length: (until - this.#readings) * AXES.length }, (_, i) => {
      const reading = this.#readings + Math.floor(i / AXES.length);
      return 3 * Math.sin(reading / 9 + i) + (i % AXES.length);
    });
    const first = this.#readings;
    this.#readings = until;
    await this.#append([(seq) => encodeReadings(this.#place(seq), { first, axisCount: AXES.length, values })]);
  }

  /** Writes the next windows, and the signal that they are of where it is not there yet. */
  async say(...opinions: readonly Opinion[]): Promise<void> {
    const first = this.#run.windows;
    const starts = opinions.map((_, i) => (first + this.#skipped + i) * HOP_MS);
    const endS = ((starts.at(-1) ?? 0) + WINDOW_MS) / 1_000;
    if (this.#readings * INTERVAL_MS < endS * 1_000) await this.signal(endS);
    const verdicts = opinions.map(verdictOf);
    this.#count(starts, verdicts);
    await this.#append([
      (seq) =>
        encodeWindows(this.#place(seq), {
          first,
          classCount: CLASSES.length,
          startMs: Float64Array.from(starts),
          endMs: Float64Array.from(starts, (startMs) => startMs + WINDOW_MS),
          scores: Float32Array.from(opinions.flatMap(({ scores }) => scores)),
          anomaly: Float32Array.from(opinions, ({ anomaly = 0.1 }) => anomaly),
          verdicts: Uint8Array.from(verdicts),
        }),
    ]);
  }

  /** Lets so many windows pass, as a classifier does that is still busy. */
  skip(count: number): void {
    this.#skipped += count;
  }

  /** Writes all windows that are missing. @param opinionOf What the model says of window `index`. */
  async sayAll(opinionOf: (index: number) => Opinion): Promise<void> {
    while (this.windows < this.length) {
      const count = Math.min(500, this.length - this.windows);
      await this.say(...Array.from({ length: count }, (_, i) => opinionOf(this.windows + i)));
    }
  }

  async finish(): Promise<void> {
    this.#run = { ...this.#run, state: "finished", endedAt: new Date().toISOString() };
    await this.#append([], true);
  }

  #count(starts: readonly number[], verdicts: readonly number[]): void {
    const { result } = this.#run;
    if (!result) return;
    const byName: Record<string, number> = { ...this.#run.verdicts };
    let { comparable, matching } = this.#run;
    verdicts.forEach((verdict, i) => {
      const name = verdictName(CLASSES, verdict);
      byName[name] = (byName[name] ?? 0) + 1;
      const isWrong = isMismatch(result, expectedLabel(result, (starts[i] ?? 0) + WINDOW_MS), name);
      if (isWrong === undefined) return;
      comparable++;
      if (!isWrong) matching++;
    });
    this.#run = { ...this.#run, windows: this.#run.windows + verdicts.length, verdicts: byName, comparable, matching };
  }

  #place(seq: number) {
    return { log: this.#number, seq };
  }

  /** The entries and the run's new state, in its own log and in the feed: all or nothing. */
  async #append(entries: readonly ((seq: number) => Uint8Array)[], seal = false): Promise<void> {
    const written = [...entries, (seq: number) => encodeRun(this.#place(seq), this.#run)];
    const own: Append = {
      log: this.runId,
      at: this.#next,
      entries: written.map((encode, i) => encode(this.#next + i)),
      meta: JSON.stringify({ run: this.#run, request: { projectId: 1, sampleId: this.#run.sampleId } }),
      fence: this.#fence,
      ...(seal && { seal }),
    };
    for (;;) {
      const feed = await this.#log.open(FEED);
      const announcement = encodeRun({ log: feed.number, seq: feed.next }, this.#run);
      try {
        await this.#log.append([own, { log: FEED, at: feed.next, entries: [announcement] }]);
        this.#next += written.length;
        return;
      } catch (error) {
        // The server has written to the feed meanwhile.
        if (!(error instanceof AppendConflictError) || error.log !== FEED) throw error;
      }
    }
  }
}

function verdictOf({ scores, anomaly = 0 }: Opinion): number {
  if (anomaly >= THRESHOLDS.anomaly) return VERDICT.anomaly;
  const best = Math.max(...scores);
  return best >= THRESHOLDS.minimumConfidence ? scores.indexOf(best) : VERDICT.uncertain;
}
