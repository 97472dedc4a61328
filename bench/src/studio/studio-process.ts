/**
 * The child process in which the measured Studio runs, as users run it: built, with its data on the disk.
 *
 * Its arguments are the key, the project's kind and the data folder. Its first message says where the Studio is; each
 * message it gets is answered with the memory it holds, bytes. It ends with its parent.
 */
import { setTimeout } from "node:timers/promises";

import { startStudio } from "@windowscope/studio";

/** Where the Studio is. */
export interface StudioPlace {
  readonly url: string;
  readonly ingestionUrl: string;
  readonly projectId: number;
}

/** What one collection leaves, a later one may take: buffers are freed and pages given back after it. */
const COLLECTIONS = 8;
const PAUSE_MS = 250;

const [apiKey = "", project, dataDir] = process.argv.slice(2);
const ports = { studio: 0, devices: 0, ingestion: 0 };

process.on("disconnect", () => process.exit());
process.on("message", () => void readMemory().then((bytes) => process.send?.(bytes)));
const { url, ingestionUrl, projectId } = await startStudio({
  apiKey,
  project: project === "demo" ? "demo" : "empty",
  ports,
  dataDir,
});
process.send?.({ url, ingestionUrl, projectId } satisfies StudioPlace);

/** The least that the process holds after collecting its garbage. */
async function readMemory(): Promise<number> {
  if (!globalThis.gc) throw new Error("The Studio's process needs --expose-gc.");
  let least = Infinity;
  for (let n = 0; n < COLLECTIONS; n++) {
    globalThis.gc();
    await setTimeout(PAUSE_MS);
    least = Math.min(least, process.memoryUsage.rss());
  }
  return least;
}
