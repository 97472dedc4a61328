/**
 * What is on the screen as files. Text comes in pieces, so that whoever writes a million windows can do other things
 * in between.
 */
import { csvLine, tabLine } from "../spreadsheet.ts";
import { MATCH, NO_LABEL } from "./judge.ts";
import type { RunStore } from "./run-store.ts";
import type { TimeRange } from "./scope-port.ts";
import type { ShownRun, ShownWindows } from "./shown-windows.ts";

/** Windows in a piece: a few milliseconds' work. */
const PIECE_WINDOWS = 500;
/** Others wait so long at most. */
const LONGEST_TURN_MS = 12;
/** A part of a file that a browser may keep outside its memory. */
const PART_CHARACTERS = 1_000_000;

type Format = "csv" | "json" | "audacity" | "raven";

const TYPES: Readonly<Record<Format, string>> = {
  csv: "text/csv",
  json: "application/json",
  audacity: "text/plain",
  raven: "text/plain",
};

/** A run and its windows `from` to before `to`, which stay the same while they are written. */
interface Span {
  readonly shown: ShownRun;
  /** Number of its first window in the table. */
  readonly firstNumber: number;
  readonly store: RunStore;
  readonly from: number;
  readonly to: number;
}

/**
 * Writes a file.
 *
 * CSV and JSON of a whole run are what the server's own download of it is, with verdicts by the limits that are tried
 * out, if any. Those of a session say of each window which run it belongs to, and its CSV has what the table shows
 * beside: number, times on the clock of the session, label, and whether the verdict agrees with it. Audacity's labels
 * and Raven's selections are stretches of one verdict, on the clock of the source.
 *
 * @param range Windows whose result falls into it; all without one.
 * @param pause Lets others have their turn.
 */
export async function writeDownload(
  windows: ShownWindows,
  format: Format,
  { isSession, range }: { readonly isSession: boolean; readonly range?: TimeRange | undefined },
  pause: () => Promise<void>,
): Promise<Blob> {
  const spans = [...windows.spans(range)].flatMap((span): Span[] => {
    // Of a session a range has the runs that are in it; of a run it has that run.
    if (isSession && range && span.from >= span.to) return [];
    const { runId } = span.shown.run;
    const first = windows.window({ runId, index: span.from });
    return [{ ...span, firstNumber: (first?.ordinal ?? span.from) - span.from }];
  });
  const parts: Blob[] = [];
  let text = "";
  let sinceMs = performance.now();
  for (const piece of piecesOf(format, spans, windows.classes, isSession)) {
    text += piece;
    if (text.length > PART_CHARACTERS) {
      parts.push(new Blob([text]));
      text = "";
    }
    if (performance.now() - sinceMs > LONGEST_TURN_MS) {
      await pause();
      sinceMs = performance.now();
    }
  }
  return new Blob([...parts, text], { type: TYPES[format] });
}

function piecesOf(
  format: Format,
  spans: readonly Span[],
  classes: readonly string[],
  isSession: boolean,
): Iterable<string> {
  switch (format) {
    case "csv":
      return csvOf(spans, classes, isSession);
    case "json":
      return isSession ? jsonOfSession(spans) : jsonOfRuns(spans);
    case "audacity":
      return audacityOf(spans);
    case "raven":
      return ravenOf(spans);
  }
}

function* csvOf(spans: readonly Span[], classes: readonly string[], isSession: boolean): Generator<string> {
  const hasValue = spans.some(({ store }) => store.hasValue);
  const names = ["index", "startMs", "endMs", "verdict", "anomaly", ...classes, ...(hasValue ? ["value"] : [])];
  yield csvLine([...(isSession ? SESSION_COLUMNS : []), ...names]);
  for (const span of spans) {
    const { store } = span;
    const rows = classes.map((name) => store.result?.classes.indexOf(name) ?? -1);
    yield* inPieces(span, (index) => {
      const { startMs, endMs } = store.statedTimesOf(index);
      const scores = rows.map((row) => (row === -1 ? "" : (store.scores?.at(index, row) ?? "")));
      const columns = [
        ...(isSession ? inSession(span, index) : []),
        index,
        startMs,
        endMs,
        store.verdictOf(index),
        orNothing(store.anomalyAt(index)),
        ...scores,
      ];
      return csvLine(hasValue ? [...columns, store.hasValue ? orNothing(store.values.at(index)) : ""] : columns);
    });
  }
}

const SESSION_COLUMNS = [
  ...["number", "sessionStartMs", "sessionEndMs", "expected", "agrees"],
  ...["runId", "sampleId", "sampleName"],
];

/** What a window is in the table of the session, and whose it is; `agrees` is empty where nobody can say. */
function inSession({ shown, store, firstNumber }: Span, index: number): (string | number)[] {
  const { runId, sampleId, sampleName } = shown.run;
  const { times } = store;
  const label = store.labelAt(index);
  const expected = label === NO_LABEL ? "" : (store.labelNames[label] ?? "");
  const match = store.matches.at(index);
  const agrees = match === MATCH.cannotSay ? "" : match === MATCH.asLabelled ? "yes" : "no";
  const [startMs, endMs] = [shown.startMs + times.startMs(index), shown.startMs + times.endMs(index)];
  return [firstNumber + index, startMs, endMs, expected, agrees, runId, sampleId, sampleName];
}

function* jsonOfSession(spans: readonly Span[]): Generator<string> {
  yield '{"runs":[';
  for (let i = 0; i < spans.length; i++) {
    if (i > 0) yield ",";
    yield* jsonOfRun(spans[i] as Span);
  }
  yield "]}\n";
}

function* jsonOfRuns(spans: readonly Span[]): Generator<string> {
  for (const span of spans) {
    yield* jsonOfRun(span);
    yield "\n";
  }
}

function* jsonOfRun(span: Span): Generator<string> {
  const { shown, store, from } = span;
  const classes = store.result?.classes ?? [];
  yield `{"run":${JSON.stringify(store.run ?? shown.run)},"windows":[`;
  yield* inPieces(span, (index) => (index === from ? "" : ",") + JSON.stringify(jsonWindow(store, classes, index)));
  yield "]}";
}

function jsonWindow(store: RunStore, classes: readonly string[], index: number) {
  const anomaly = store.anomalyAt(index);
  const value = store.hasValue ? store.values.at(index) : NaN;
  // Its index stands at the beginning already.
  const details = Object.entries(store.detailsOf(index) ?? {}).filter(([name]) => name !== "index");
  return {
    index,
    ...store.statedTimesOf(index),
    scores: Object.fromEntries(classes.map((name, row) => [name, store.scores?.at(index, row)])),
    ...(!Number.isNaN(anomaly) && { anomaly }),
    ...(!Number.isNaN(value) && { value }),
    verdict: store.verdictOf(index),
    ...Object.fromEntries(details),
  };
}

/** Audacity's label track: begin and end in seconds, and a text. */
function* audacityOf(spans: readonly Span[]): Generator<string> {
  for (const stretch of stretchesOf(spans)) {
    if (!stretch) yield "";
    else yield `${seconds(stretch.startMs)}\t${seconds(stretch.endMs)}\t${oneLine(stretch.verdict)}\n`;
  }
}

/** Raven's selection table; the highest frequency is what the recording can have. */
function* ravenOf(spans: readonly Span[]): Generator<string> {
  const fields = ["Selection", "View", "Channel", "Begin Time (s)", "End Time (s)", "Low Freq (Hz)", "High Freq (Hz)"];
  yield tabLine([...fields, "Annotation", "Expected"]);
  let selection = 0;
  for (const stretch of stretchesOf(spans)) {
    if (!stretch) {
      yield "";
      continue;
    }
    const { startMs, endMs, verdict, expected, intervalMs } = stretch;
    const highest = intervalMs > 0 ? 500 / intervalMs : 0;
    const place = [++selection, "Spectrogram 1", 1, seconds(startMs), seconds(endMs), 0, highest];
    yield tabLine([...place, verdict, expected ?? ""]);
  }
}

interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
  readonly verdict: string;
  readonly expected: string | undefined;
  readonly intervalMs: number;
}

/** Neighbours of the same verdict and label as one, where no time is between them; `undefined` asks for a pause. */
function* stretchesOf(spans: readonly Span[]): Generator<Stretch | undefined> {
  for (const { shown, store, from, to } of spans) {
    const { times } = store;
    for (let first = from; first < to;) {
      let last = first;
      while (last + 1 < to && continues(store, last + 1)) {
        last++;
        if (last % PIECE_WINDOWS === 0) yield undefined;
      }
      const window = store.window(first);
      yield {
        startMs: shown.startMs + times.cellStartMs(first),
        endMs: shown.startMs + times.endMs(last),
        verdict: store.verdictOf(first),
        expected: window?.expected,
        intervalMs: store.result?.intervalMs ?? 0,
      };
      first = last + 1;
    }
  }
}

function continues(store: RunStore, index: number): boolean {
  const isSame =
    store.verdicts.at(index) === store.verdicts.at(index - 1) && store.labelAt(index) === store.labelAt(index - 1);
  return isSame && !store.times.isApart(index) && store.verdictOf(index) === store.verdictOf(index - 1);
}

function* inPieces({ from, to }: Span, write: (index: number) => string): Generator<string> {
  for (let first = from; first < to; first += PIECE_WINDOWS) {
    let piece = "";
    for (let index = first; index < Math.min(to, first + PIECE_WINDOWS); index++) piece += write(index);
    yield piece;
  }
}

function orNothing(number: number): number | string {
  return Number.isNaN(number) ? "" : number;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(6);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}
