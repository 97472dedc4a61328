import { setTimeout as pause } from "node:timers/promises";

import { ProgramError } from "./program-error.ts";
import type { StudioConnection } from "./studio-connection.ts";

const POLL_MS = 200;

interface StatusAnswer {
  readonly job: { readonly finishedSuccessful?: boolean };
}

interface LinesAnswer {
  /** The newest 1,000, newest first. */
  readonly stdout: readonly { readonly data: string }[];
  readonly totalCount: number;
}

/**
 * Waits for the end of a job, and passes on what it says.
 *
 * @param signal Cancels the job.
 * @throws {ProgramError} with the job's last words when it fails; the signal's reason when it is cancelled.
 */
export async function followJob(
  studio: StudioConnection,
  { projectId, jobId }: { readonly projectId: number; readonly jobId: number },
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const route = `/v1/api/${projectId}/jobs/${jobId}`;
  let seen = 0;
  for (;;) {
    if (signal.aborted) {
      await studio.call("POST", `${route}/cancel`);
      signal.throwIfAborted();
    }
    // The status first: what a job has said before its end is complete then.
    const { job } = await studio.call<StatusAnswer>("GET", `${route}/status`);
    const { stdout, totalCount } = await studio.call<LinesAnswer>("GET", `${route}/stdout?limit=1000`);
    const lines = stdout.map(({ data }) => data.trimEnd());
    for (const line of lines.slice(0, totalCount - seen).reverse()) onLine(line);
    seen = totalCount;
    if (job.finishedSuccessful === true) return;
    // The last word of all is that it failed; why is the one before.
    if (job.finishedSuccessful === false) throw new ProgramError(`Job ${jobId} failed: ${lines[1] ?? lines[0] ?? ""}`);
    await pause(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}
