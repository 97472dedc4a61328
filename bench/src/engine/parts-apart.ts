import path from "node:path";
import { Worker } from "node:worker_threads";

import { build } from "esbuild";

import type { Figure } from "../rows.ts";

/**
 * Measures the built engine in a thread that has loaded nothing else.
 *
 * Once a thread has detached a buffer, V8 checks at every access to a typed array whether its buffer is still there, which
 * makes the engine a quarter slower. tsx, which runs this program, has detached one; so has a thread that called `fetch`.
 */
export async function measurePartsApart(rounds: number, log: (line: string) => void): Promise<Figure[]> {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, "parts-worker.ts")],
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
    logLevel: "error",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild made nothing of parts-worker.ts.");
  const address = new URL(`data:text/javascript,${encodeURIComponent(file.text)}`);
  const worker = new Worker(address, { execArgv: [], workerData: rounds });
  return new Promise((resolve, reject) => {
    worker.on("message", (message: string | Figure[]) => {
      if (typeof message === "string") log(message);
      else resolve(message);
    });
    worker.on("error", reject);
  });
}
