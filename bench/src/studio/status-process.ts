/**
 * The child process that calls a job's status all the time: apart from the load, whose clients would delay it.
 *
 * Its arguments are the Studio's address, the key and the project. A number tells it which job to look at from then on;
 * "stop" lets it send what it measured, and forget it. It ends with its parent.
 */
import { setTimeout } from "node:timers/promises";

import type { StatusCalls } from "./measured-studio.ts";

const PAUSE_MS = 5;

const [url = "", apiKey = "", projectId = ""] = process.argv.slice(2);
let jobId: number | undefined;
let timesMs: number[] = [];
let failures: string[] = [];

process.on("disconnect", () => process.exit());
process.on("message", (message) => {
  if (typeof message === "number") {
    jobId = message;
    return;
  }
  process.send?.({ timesMs, failures } satisfies StatusCalls);
  jobId = undefined;
  timesMs = [];
  failures = [];
});
for (;;) {
  if (jobId !== undefined) await callStatus(jobId);
  await setTimeout(PAUSE_MS);
}

async function callStatus(job: number): Promise<void> {
  const begin = performance.now();
  try {
    const response = await fetch(`${url}/v1/api/${projectId}/jobs/${job}/status`, { headers: { "x-api-key": apiKey } });
    const answer = (await response.json()) as { readonly success: boolean; readonly error?: string };
    if (!answer.success) failures.push(`status of job ${job}: ${answer.error}`);
  } catch (error) {
    failures.push(`status of job ${job}: ${String(error)}`);
  }
  timesMs.push(performance.now() - begin);
}
