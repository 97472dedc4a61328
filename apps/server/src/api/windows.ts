import {
  decodeEntries,
  type DetailsEntry,
  type Entry,
  VERDICT,
  verdictName,
  type Run,
  type WindowDetails,
  type WindowsEntry,
} from "@windowscope/protocol";
import type { LogState, RunLog } from "@windowscope/runlog";

import { Problem } from "./problem.ts";
import type { Window } from "./schemas.ts";

const SLICE_BYTES = 256 * 1024;
/** A slice has one entry at least. */
export const ONE_ENTRY = 1;

/**
 * The entries of a run as they stood in its log at that moment, in order.
 *
 * @param sliceBytes How much is read at once, unless a single entry is longer.
 * @throws {NoSuchLogError} when the run is deleted in the meantime.
 * @throws {Problem} when it begins anew in the meantime.
 */
export async function* readEntries(
  runLog: RunLog,
  run: Run,
  state: LogState,
  sliceBytes = SLICE_BYTES,
): AsyncGenerator<Entry, void, undefined> {
  for (let from = state.first; from < state.next;) {
    const slice = await runLog.read(run.runId, { epoch: state.epoch, from, maxBytes: sliceBytes });
    if (slice.type === "reset") {
      throw new Problem(409, "log-reset", `The run ${run.runId} began anew while it was read; read it again.`);
    }
    from = slice.next;
    for (const entry of decodeEntries(slice.bytes)) {
      if (entry.seq >= state.next) return;
      yield entry;
    }
  }
}

/** The windows of a run, and what is told of them beside numbers. */
export type WindowEntries = AsyncGenerator<WindowsEntry | DetailsEntry, void, undefined>;

/**
 * The entries of a run's windows as they stood in its log at that moment, in order. The first of them has been read
 * when this resolves: whoever answers with them knows by then that they are there.
 *
 * @throws As `readEntries`.
 */
export async function beginWindowEntries(runLog: RunLog, run: Run, state: LogState): Promise<WindowEntries> {
  const entries = readWindowEntries(runLog, run, state);
  const first = await entries.next();
  return (async function* () {
    if (first.done) return;
    yield first.value;
    yield* entries;
  })();
}

async function* readWindowEntries(runLog: RunLog, run: Run, state: LogState): WindowEntries {
  for await (const entry of readEntries(runLog, run, state)) {
    if (entry.kind === "windows" || entry.kind === "details") yield entry;
  }
}

/** The windows entry by entry, each window with its details. */
async function* windowsIn(entries: WindowEntries, run: Run): AsyncGenerator<Window[], void, undefined> {
  const { classes } = run.result ?? { classes: [] };
  // Their details come behind them.
  let held: Window[] = [];
  for await (const entry of entries) {
    if (entry.kind === "windows") {
      yield held;
      held = [...windowsOf(entry, classes)];
    } else {
      for (const { index, ...details } of entry.details) addDetails(held[index - (held[0]?.index ?? 0)], details);
    }
  }
  yield held;
}

function* windowsOf(entry: WindowsEntry, classes: readonly string[]): Generator<Window> {
  for (let i = 0; i < entry.count; i++) {
    const scores = entry.scores.subarray(i * entry.classCount, (i + 1) * entry.classCount);
    const anomaly = entry.anomaly[i] as number;
    const code = entry.verdicts[i] as number;
    // NaN for a window without one.
    const value = scores[classes.length] ?? NaN;
    yield {
      index: entry.first + i,
      startMs: entry.startMs[i] as number,
      endMs: entry.endMs[i] as number,
      scores: Object.fromEntries(classes.map((name, k) => [name, scores[k] as number])),
      ...(!Number.isNaN(anomaly) && { anomaly }),
      ...(!Number.isNaN(value) && { value }),
      verdict: code === VERDICT.value && !Number.isNaN(value) ? String(value) : verdictName(classes, code),
    };
  }
}

function addDetails(window: Window | undefined, details: Omit<WindowDetails, "index">): void {
  if (!window) return;
  Object.assign(window, details);
  if (window.verdict === verdictName([], VERDICT.texts) && details.texts) {
    window.verdict = Object.values(details.texts).join(", ");
  }
}

/** A run's windows as JSON, written as they are read. */
export async function* windowsAsJson(run: Run, entries: WindowEntries): AsyncGenerator<string> {
  yield `{"run":${JSON.stringify(run)},"windows":[`;
  let separator = "";
  for await (const windows of windowsIn(entries, run)) {
    if (windows.length === 0) continue;
    yield separator + windows.map((window) => JSON.stringify(window)).join(",");
    separator = ",";
  }
  yield "]}\n";
}

/**
 * A run's windows as CSV (RFC 4180): one line each, one column a class, and one for the number of a regression.
 *
 * A name that a spreadsheet would take for a formula has an apostrophe before it.
 */
export async function* windowsAsCsv(run: Run, entries: WindowEntries): AsyncGenerator<string> {
  const { classes } = run.result ?? { classes: [] };
  const hasValue = run.result?.kinds.includes("value") ?? false;
  yield csvLine(["index", "startMs", "endMs", "verdict", "anomaly", ...classes, ...(hasValue ? ["value"] : [])]);
  for await (const windows of windowsIn(entries, run)) {
    const lines = windows.map(({ index, startMs, endMs, verdict, anomaly, scores, value }) => {
      const columns = [index, startMs, endMs, verdict, anomaly ?? "", ...classes.map((name) => scores[name] ?? "")];
      return csvLine(hasValue ? [...columns, value ?? ""] : columns);
    });
    yield lines.join("");
  }
}

function csvLine(values: readonly (string | number)[]): string {
  return `${values.map(csvValue).join(",")}\r\n`;
}

function csvValue(value: string | number): string {
  const text = isFormula(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * What a spreadsheet would run: names of samples and classes may come from anybody. Numbers written as text are none.
 *
 * As the viewer's spreadsheet.ts has it. The two share no package but the protocol, which has nothing to do with tables.
 */
function isFormula(value: string | number): boolean {
  return typeof value === "string" && /^[=+\-@\t\r]/.test(value) && Number.isNaN(Number(value));
}
