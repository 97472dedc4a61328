/**
 * How a Studio bears many clients at once: uploads and classifications during jobs, while somebody looks at a job.
 *
 * The load is the same twice. The first time compiles code, opens files and fills caches; memory is compared between the
 * ends of the two, each with everything deleted that came for it.
 */
import { classifySample, waitForJob } from "@windowscope/sdk";

import { percentile } from "../percentile.ts";
import type { Figure } from "../rows.ts";
import {
  withStatusCaller,
  withStudio,
  type MeasuredStudio,
  type StatusCaller,
  type StatusCalls,
} from "./measured-studio.ts";
import { DEMO_INTERVAL_MS, createRecording, createRecordingOf, upload } from "./recording.ts";

const MEGABYTE = 1_000_000;
const MINUTE_READINGS = 60_000 / DEMO_INTERVAL_MS;

export interface Load {
  readonly uploads: number;
  readonly classifications: number;
  /** Recordings of a minute that the test set holds, so that its job lasts. */
  readonly testSet: number;
}

/** What a load brought to light. */
interface Outcome extends StatusCalls {
  readonly uploadsPerSecond: number;
  /** How long each part took, for people. */
  readonly seconds: Readonly<Record<"uploads" | "classifications" | "testing" | "training", number>>;
}

export function measureLoad(load: Load, log: (line: string) => void): Promise<Figure[]> {
  log("starting a local Studio with the demo project");
  return withStudio("demo", async (measured) => {
    const minute = createRecording("cbor", MINUTE_READINGS);
    for (let n = 0; n < load.testSet; n++) await upload(measured, minute, { category: "testing", label: "idle" });
    return withStatusCaller(measured, async (statusCaller) => {
      const run = async () => {
        const outcome = await runLoad(measured, load, statusCaller);
        return { ...outcome, memoryBytes: await measured.readMemoryBytes() };
      };
      const warmUp = await run();
      log(`warmed up: ${describe(warmUp)}`);
      const outcome = await run();
      log(`measured: ${describe(outcome)}`);
      const failures = [...warmUp.failures, ...outcome.failures];
      for (const failure of new Set(failures)) log(failure);
      return toFigures(load, outcome, failures.length, (outcome.memoryBytes / warmUp.memoryBytes - 1) * 100);
    });
  });
}

function toFigures(load: Load, outcome: Outcome, failures: number, growthPercent: number): Figure[] {
  const { timesMs, uploadsPerSecond } = outcome;
  const what = `${load.uploads} uploads of 1 MB and ${load.classifications} classifications at once`;
  return [
    {
      row: "status call while a job runs, p99",
      value: percentile(timesMs, 0.99),
      unit: "ms",
      goal: { mostValue: 100 },
    },
    { row: "status call while a job runs, slowest", value: Math.max(...timesMs), unit: "ms" },
    { row: `requests that failed, ${what}`, value: failures, unit: "requests", goal: { mostValue: 0 } },
    { row: "uploads of 1 MB during jobs", value: uploadsPerSecond, unit: "per s" },
    { row: "memory more than before the load", value: growthPercent, unit: "%", goal: { mostValue: 20 } },
  ];
}

async function runLoad(
  measured: MeasuredStudio,
  { uploads, classifications }: Load,
  statusCaller: StatusCaller,
): Promise<Outcome> {
  const { studio, projectId, hints } = measured;
  const failures: string[] = [];
  /** What fails counts, and the load goes on. */
  const attempt = <T>(request: Promise<T>): Promise<T | undefined> =>
    request.catch((error: unknown) => void failures.push(String(error)));

  const minute = createRecording("cbor", MINUTE_READINGS);
  const classified: number[] = [];
  for (let n = 0; n < classifications; n++) {
    const sampleId = await upload(measured, minute, { category: "testing", label: "idle" });
    // Out of the test set, whose job would otherwise classify it first.
    await studio.call("disableSample", { path: { projectId, sampleId } });
    classified.push(sampleId);
  }
  const files = [createRecordingOf(MEGABYTE, "json"), createRecordingOf(MEGABYTE, "cbor")] as const;

  const testing = await studio.call("startClassifyJob", { path: { projectId }, body: {} });
  statusCaller.watch(testing.id);
  const waitFor = (jobId: number) => attempt(waitForJob(studio, jobId, { projectId, hints }));
  const [uploaded, classifying, tested] = await Promise.all([
    timed(
      Promise.all(
        Array.from({ length: uploads }, (_, n) =>
          attempt(upload(measured, n % 2 === 0 ? files[0] : files[1], { category: "testing", label: "idle" })),
        ),
      ),
    ),
    timed(Promise.all(classified.map((sampleId) => attempt(classifySample(studio, { projectId, sampleId, hints }))))),
    timed(waitFor(testing.id)),
  ]);

  const training = await studio.call("startRetrainJob", { path: { projectId } });
  statusCaller.watch(training.id);
  const trained = await timed(waitFor(training.id));
  const calls = await statusCaller.stop();

  for (const sampleId of [...classified, ...uploaded.value]) {
    if (sampleId !== undefined) await studio.call("deleteSample", { path: { projectId, sampleId } });
  }
  return {
    timesMs: calls.timesMs,
    failures: [...failures, ...calls.failures],
    uploadsPerSecond: uploads / uploaded.seconds,
    seconds: {
      uploads: uploaded.seconds,
      classifications: classifying.seconds,
      testing: tested.seconds,
      training: trained.seconds,
    },
  };
}

/** Begins to count when it is called, which is when the work has just been started. */
async function timed<T>(work: Promise<T>): Promise<{ readonly value: T; readonly seconds: number }> {
  const begin = performance.now();
  const value = await work;
  return { value, seconds: (performance.now() - begin) / 1000 };
}

function describe({ timesMs, failures, seconds, memoryBytes }: Outcome & { readonly memoryBytes: number }): string {
  return [
    ...Object.entries(seconds).map(([what, value]) => `${what} ${value.toFixed(1)} s`),
    `${timesMs.length} status calls, p99 ${percentile(timesMs, 0.99).toFixed(1)} ms`,
    `${failures.length} failures`,
    `${(memoryBytes / MEGABYTE).toFixed(1)} MB afterwards`,
  ].join(", ");
}
