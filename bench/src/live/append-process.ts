/** The child process that appends to a run log in SQLite. Its argument is the file. */
import { openSqliteRunLog } from "@windowscope/runlog";

import { encodeBatch } from "./batch.ts";
import { answerParent } from "./children.ts";
import { readClockMs } from "./clock.ts";

const [file = ""] = process.argv.slice(2);
const runLog = openSqliteRunLog(file);
let logs = 0;

const commands = { append };
export type AppendCommands = typeof commands;

answerParent(commands);

/** As so many runs at once do it: each appends a batch when its last one is stored. @returns How long each took, ms. */
async function append({ runs, seconds }: { readonly runs: number; readonly seconds: number }) {
  const states = await Promise.all(Array.from({ length: runs }, () => runLog.open(`bench-${logs++}`)));
  const storeMs: number[] = [];
  const beginMs = readClockMs();
  const writers = states.map(async ({ log, number }) => {
    for (let at = 0; readClockMs() < beginMs + seconds * 1000; at++) {
      const sentAtMs = readClockMs();
      await runLog.append([{ log, at, entries: [encodeBatch(number, at, sentAtMs)] }]);
      storeMs.push(readClockMs() - sentAtMs);
    }
  });
  await Promise.all(writers);
  return { batchesPerSecond: storeMs.length / ((readClockMs() - beginMs) / 1000), storeMs };
}
