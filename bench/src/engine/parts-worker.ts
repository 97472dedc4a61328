/** Measures the parts of a window in a thread of its own; see `measurePartsApart`. */
import { parentPort, workerData } from "node:worker_threads";

import { measureParts } from "./parts.ts";

const figures = await measureParts(workerData as number, (line) => parentPort?.postMessage(line));
parentPort?.postMessage(figures);
