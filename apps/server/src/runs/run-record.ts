import type { Run } from "@windowscope/protocol";
import type { LogState } from "@windowscope/runlog";
import type { ModelVariant } from "@windowscope/sdk";

/** What somebody wants classified. */
export interface RunRequest {
  readonly projectId: number;
  readonly sampleId: number;
  readonly impulseId?: number | undefined;
  /** One learn block alone. */
  readonly blockId?: number | undefined;
  readonly variant?: ModelVariant | undefined;
  readonly truncateStructuredLabels?: boolean | undefined;
  readonly includeDebugInfo?: boolean | undefined;
}

/** What is kept beside a run's entries. */
export interface RunRecord {
  readonly run: Run;
  readonly request: RunRequest;
  /** Tells whether a second classification said the same as the first. */
  readonly fingerprint?: string | undefined;
  /** Studio's newest job for this run, so that whoever goes on with the run waits for that one. */
  readonly jobId?: number | undefined;
}

/** What a run tells of the windows that it has so far. */
export type Tally = Pick<Run, "windows" | "verdicts" | "comparable" | "matching">;

export const NO_WINDOWS: Tally = { windows: 0, verdicts: {}, comparable: 0, matching: 0 };

/** @returns `undefined` for a log that was created and not yet written to. */
export function parseRecord({ meta }: LogState): RunRecord | undefined {
  return meta === undefined ? undefined : (JSON.parse(meta) as RunRecord);
}

/** The record of the same run before there was anything of its result. */
export function withoutResult({ run, request, jobId }: RunRecord): RunRecord {
  const state = run.state === "classifying" ? run.state : "waiting";
  return { run: { ...run, ...NO_WINDOWS, result: undefined, warning: undefined, state }, request, jobId };
}

/** The same for requests that want the same. */
export function keyOf(request: RunRequest): string {
  const wanted = Object.entries(request).filter(([, value]) => value !== undefined);
  return JSON.stringify(wanted.sort(([a], [b]) => (a < b ? -1 : 1)));
}
