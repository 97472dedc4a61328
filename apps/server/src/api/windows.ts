import { decodeEntries, verdictName, type Run, type WindowsEntry } from "@windowscope/protocol";
import type { LogState, RunLog } from "@windowscope/runlog";

import type { Window } from "./schemas.ts";

const SLICE_BYTES = 256 * 1024;

/** All windows of a run that were in its log at that moment, in order. */
async function* readWindows(runLog: RunLog, run: Run, state: LogState): AsyncGenerator<Window, void, undefined> {
  const { classes } = run.result ?? { classes: [] };
  for (let from = state.first; from < state.next;) {
    const slice = await runLog.read(run.runId, { epoch: state.epoch, from, maxBytes: SLICE_BYTES });
    if (slice.type === "reset") throw new Error(`${run.runId} began anew while it was read.`);
    from = slice.next;
    for (const entry of decodeEntries(slice.bytes)) {
      if (entry.kind === "windows" && entry.seq < state.next) yield* windowsOf(entry, classes);
    }
  }
}

function* windowsOf(entry: WindowsEntry, classes: readonly string[]): Generator<Window> {
  for (let i = 0; i < entry.count; i++) {
    const anomaly = entry.anomaly[i] as number;
    yield {
      index: entry.first + i,
      startMs: entry.startMs[i] as number,
      endMs: entry.endMs[i] as number,
      scores: Object.fromEntries(classes.map((name, k) => [name, entry.scores[i * classes.length + k] as number])),
      ...(!Number.isNaN(anomaly) && { anomaly }),
      verdict: verdictName(classes, entry.verdicts[i] as number),
    };
  }
}

/** A run's windows as JSON, written as they are read. */
export async function* windowsAsJson(runLog: RunLog, run: Run, state: LogState): AsyncGenerator<string> {
  yield `{"run":${JSON.stringify(run)},"windows":[`;
  let separator = "";
  for await (const window of readWindows(runLog, run, state)) {
    yield separator + JSON.stringify(window);
    separator = ",";
  }
  yield "]}\n";
}

/** A run's windows as CSV (RFC 4180): one line each, one column a class. */
export async function* windowsAsCsv(runLog: RunLog, run: Run, state: LogState): AsyncGenerator<string> {
  const { classes } = run.result ?? { classes: [] };
  yield csvLine(["index", "startMs", "endMs", "verdict", "anomaly", ...classes]);
  for await (const { index, startMs, endMs, verdict, anomaly, scores } of readWindows(runLog, run, state)) {
    yield csvLine([index, startMs, endMs, verdict, anomaly ?? "", ...classes.map((name) => scores[name] ?? "")]);
  }
}

function csvLine(values: readonly (string | number)[]): string {
  return `${values.map(csvValue).join(",")}\r\n`;
}

function csvValue(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
