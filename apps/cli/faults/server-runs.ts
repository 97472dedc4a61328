/** Runs of a server, over its HTTP API. */
import { setTimeout as pause } from "node:timers/promises";

/** Asks for a run. @returns Its id. */
export async function startRun(serverUrl: string, sampleId: number): Promise<string> {
  const response = await fetch(`${serverUrl}/api/v1/runs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ projectId: 1, sampleId }),
  });
  const { runId } = (await response.json()) as { runId?: string };
  if (runId === undefined) throw new Error(`No run: ${response.status}`);
  return runId;
}

export interface RunSummary {
  readonly runId: string;
  readonly state: string;
  readonly windows: number;
  readonly warning?: string;
}

export async function readRun(serverUrl: string, runId: string): Promise<RunSummary> {
  return (await (await fetch(`${serverUrl}/api/v1/runs/${runId}`)).json()) as RunSummary;
}

/** Waits until a run has so many windows or is over. */
export async function untilRunHas(
  serverUrl: string,
  runId: string,
  windows: number,
  timeoutMs: number,
): Promise<RunSummary> {
  const untilMs = performance.now() + timeoutMs;
  for (;;) {
    const run = await readRun(serverUrl, runId).catch(() => undefined);
    if (run && (run.windows >= windows || ["finished", "failed", "cancelled"].includes(run.state))) return run;
    if (performance.now() > untilMs) throw new Error(`${runId} stays at ${JSON.stringify(run)}`);
    await pause(5);
  }
}

export function untilFinished(serverUrl: string, runId: string, timeoutMs: number): Promise<RunSummary> {
  return untilRunHas(serverUrl, runId, Infinity, timeoutMs);
}
