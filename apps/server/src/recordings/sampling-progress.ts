import type { RecordingState } from "@windowscope/protocol";

/** How far a device has come with a recording. */
export interface SamplingProgress {
  readonly state: Extract<RecordingState, "waiting" | "started" | "reading" | "uploading" | "finished" | "failed">;
  readonly percent?: number | undefined;
  readonly error?: string | undefined;
  readonly warning?: string | undefined;
  readonly sampleId?: number | undefined;
}

const STATES: ReadonlyMap<unknown, SamplingProgress["state"]> = new Map([
  ["requested", "waiting"],
  ["started", "started"],
  ["processing", "reading"],
  ["reading", "reading"],
  ["uploading", "uploading"],
  ["finished", "finished"],
  ["failed", "failed"],
] as const);

const LONGEST_TEXT = 500;

/**
 * Reads an event of a project's socket: `sampling-progress`, as the local Studio sends it.
 *
 * @param requestId What `startSampling` answered, once it is known.
 * @returns `undefined` for an event about something else, or another device or recording.
 */
export function readSamplingProgress(
  event: string,
  data: unknown,
  deviceId: string,
  requestId: number | undefined,
): SamplingProgress | undefined {
  if (event !== "sampling-progress" || typeof data !== "object" || data === null) return undefined;
  const told = data as Readonly<Record<string, unknown>>;
  const state = STATES.get(told.phase);
  const isOthers = told.deviceId !== deviceId || (requestId !== undefined && told.requestId !== requestId);
  if (state === undefined || isOthers) return undefined;
  const { percent, sampleId } = told;
  return {
    state,
    ...(typeof percent === "number" && percent >= 0 && percent <= 100 && { percent }),
    ...(Number.isSafeInteger(sampleId) && { sampleId: sampleId as number }),
    error: textOf(told.error),
    warning: textOf(told.warning),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value.slice(0, LONGEST_TEXT) : undefined;
}
