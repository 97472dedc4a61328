/** A thread that does one task after another; see work-thread.ts. */
import { parentPort } from "node:worker_threads";

import { tasks, type Report } from "./tasks.ts";
import type { Answer, Request } from "./work-thread.ts";

if (!parentPort) throw new Error("worker.ts runs as a worker thread.");
const port = parentPort;

port.on("message", ({ task, input }: Request) => {
  const say = (answer: Answer, transfer: readonly ArrayBuffer[] = []) => port.postMessage(answer, [...transfer]);
  const run = tasks[task] as (input: unknown, report: Report) => Promise<unknown>;
  run(input, (line) => say({ type: "report", line })).then(
    (output) => say({ type: "done", output }, buffersIn(output)),
    (error: unknown) => say({ type: "failed", ...describe(error) }),
  );
});

/** Readings go over without a copy. */
function buffersIn(output: unknown): ArrayBuffer[] {
  const { values } = (output ?? {}) as { values?: unknown };
  return values instanceof Float64Array && values.buffer instanceof ArrayBuffer ? [values.buffer] : [];
}

function describe(error: unknown): { name: string; message: string; stack: string | undefined } {
  if (!(error instanceof Error)) return { name: "Error", message: String(error), stack: undefined };
  return { name: error.name, message: error.message, stack: error.stack };
}
