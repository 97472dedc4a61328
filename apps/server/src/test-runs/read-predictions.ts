import { decodeEntries, type TestPrediction, type TestRun } from "@windowscope/protocol";
import type { RunLog } from "@windowscope/runlog";

import type { StoredTask } from "../tasks/task.ts";

/** Which predictions to read. */
export interface PredictionQuery {
  readonly limit: number;
  /** Index of a prediction, to go on behind it. */
  readonly after?: number | undefined;
  /** Only those with this label. */
  readonly expected?: string | undefined;
  /** Only those with this verdict. */
  readonly predicted?: string | undefined;
}

export interface PredictionPage {
  readonly predictions: readonly TestPrediction[];
  /** What to go on after; `undefined` on the last page. */
  readonly next: number | undefined;
}

/** So many predictions every entry but the last one holds. */
export const PREDICTIONS_IN_ENTRY = 200;
const SLICE_BYTES = 256 * 1024;

/** Reads a page of a test run's predictions from its log. Begins at the entry that holds the first one wanted. */
export async function readPredictions(
  runLog: RunLog,
  { task, memo, log }: StoredTask<TestRun, { readonly firstSeq?: number | undefined }>,
  { limit, after = -1, expected, predicted }: PredictionQuery,
): Promise<PredictionPage> {
  const found: TestPrediction[] = [];
  const skipped = Math.floor((after + 1) / PREDICTIONS_IN_ENTRY);
  for (let from = (memo.firstSeq ?? log.next) + skipped; from < log.next;) {
    const slice = await runLog.read(task.testRunId, { epoch: log.epoch, from, maxBytes: SLICE_BYTES });
    if (slice.type === "reset") throw new Error(`${task.testRunId} began anew while it was read.`);
    from = slice.next;
    for (const entry of decodeEntries(slice.bytes)) {
      if (entry.kind !== "predictions" || entry.seq >= log.next) continue;
      for (const prediction of entry.predictions) {
        const isWanted =
          prediction.index > after &&
          (expected === undefined || prediction.expected === expected) &&
          (predicted === undefined || prediction.predicted === predicted);
        if (!isWanted) continue;
        if (found.length === limit) return { predictions: found, next: found.at(-1)?.index };
        found.push(prediction);
      }
    }
  }
  return { predictions: found, next: undefined };
}
