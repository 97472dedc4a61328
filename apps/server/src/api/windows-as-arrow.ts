import { VERDICT, verdictName, type Run, type WindowsEntry } from "@windowscope/protocol";
import type * as Arrow from "apache-arrow";

import type { WindowEntries } from "./windows.ts";

/** Entries are gathered into batches of about so many windows: what a batch costs beside its numbers then is nothing. */
const BATCH_WINDOWS = 2_048;
const SPECIAL = [VERDICT.noAnomaly, VERDICT.uncertain, VERDICT.anomaly];

/**
 * A run's windows as a stream of Arrow record batches (the IPC streaming format), written as they are read.
 *
 * Columns: `index`, `startMs`, `endMs`, `verdict` (dictionary), `anomaly` (null without an anomaly block), and from the
 * sixth on the score of each class in the order of the run's result; at the end `value`, for a regression (null for a
 * window without one). The schema's metadata has the run as JSON.
 */
export async function* windowsAsArrow(run: Run, entries: WindowEntries): AsyncGenerator<Uint8Array, void, undefined> {
  // Loaded for the first who asks: most servers never need it, and it takes longer than everything else together.
  const arrow = await import("apache-arrow");
  const { classes } = run.result ?? { classes: [] };
  const batches = createBatches(arrow, run, classes);
  const writer = new arrow.RecordBatchStreamWriter<Columns>();
  const chunks: Uint8Array[] = [];
  class Sink extends arrow.AsyncByteQueue {
    override write(chunk: Uint8Array): void {
      chunks.push(chunk.slice());
    }
  }
  writer.reset(new Sink(), batches.schema);

  let gathered: WindowsEntry[] = [];
  let count = 0;
  for await (const entry of entries) {
    if (entry.kind !== "windows") continue;
    gathered.push(entry);
    count += entry.count;
    if (count < BATCH_WINDOWS) continue;
    writer.write(batches.of(gathered));
    yield Buffer.concat(chunks.splice(0));
    gathered = [];
    count = 0;
  }
  if (count > 0) writer.write(batches.of(gathered));
  writer.finish();
  yield Buffer.concat(chunks.splice(0));
}

interface Columns extends Arrow.TypeMap {
  [name: string]: Arrow.DataType;
}

function createBatches(arrow: typeof Arrow, run: Run, classes: readonly string[]) {
  const { Field, Float64, Int32, Uint8, Utf8 } = arrow;
  const hasValue = run.result?.kinds.includes("value") ?? false;
  const names = [...classes, ...SPECIAL.map((code) => verdictName(classes, code))];
  const dictionary = arrow.vectorFromArray(names, new Utf8());
  const verdict = new arrow.Dictionary(new Utf8(), new Uint8(), 0);
  const fields = [
    new Field("index", new Int32()),
    new Field("startMs", new Float64()),
    new Field("endMs", new Float64()),
    new Field("verdict", verdict),
    new Field("anomaly", new Float64(), true),
    ...classes.map((name) => new Field(name, new Float64())),
    ...(hasValue ? [new Field("value", new Float64(), true)] : []),
  ];
  const schema = new arrow.Schema<Columns>(fields, new Map([["run", JSON.stringify(run)]]));

  function of(entries: readonly WindowsEntry[]): Arrow.RecordBatch<Columns> {
    const length = entries.reduce((sum, { count }) => sum + count, 0);
    const index = new Int32Array(length);
    const startMs = new Float64Array(length);
    const endMs = new Float64Array(length);
    const verdicts = new Uint8Array(length);
    const anomaly = new Float64Array(length);
    const scores = classes.map(() => new Float64Array(length));
    const value = new Float64Array(hasValue ? length : 0);
    let at = 0;
    for (const entry of entries) {
      startMs.set(entry.startMs, at);
      endMs.set(entry.endMs, at);
      anomaly.set(entry.anomaly, at);
      for (let i = 0; i < entry.count; i++, at++) {
        index[at] = entry.first + i;
        const code = entry.verdicts[i] as number;
        const special = SPECIAL.indexOf(code as (typeof SPECIAL)[number]);
        verdicts[at] = special === -1 ? code : classes.length + special;
        for (const [k, column] of scores.entries()) column[at] = entry.scores[i * entry.classCount + k] as number;
        if (hasValue) value[at] = entry.scores[i * entry.classCount + classes.length] ?? NaN;
      }
    }
    const children = [
      arrow.makeData({ type: new Int32(), data: index }),
      arrow.makeData({ type: new Float64(), data: startMs }),
      arrow.makeData({ type: new Float64(), data: endMs }),
      arrow.makeData({ type: verdict, data: verdicts, dictionary }),
      nullable(anomaly),
      ...scores.map((data) => arrow.makeData({ type: new Float64(), data })),
      ...(hasValue ? [nullable(value)] : []),
    ];
    const struct = arrow.makeData({ type: new arrow.Struct<Columns>(fields), length, nullCount: 0, children });
    return new arrow.RecordBatch<Columns>(schema, struct);
  }

  /** A column in which NaN says that there is nothing. */
  function nullable(data: Float64Array): Arrow.Data<Arrow.Float64> {
    const isPresent = Array.from(data, (number) => !Number.isNaN(number));
    const nullCount = isPresent.filter((each) => !each).length;
    return arrow.makeData({ type: new Float64(), data, nullBitmap: toBits(isPresent), nullCount });
  }

  return { schema, of };
}

/** One bit each, the lowest first. */
function toBits(flags: readonly boolean[]): Uint8Array {
  const bits = new Uint8Array(Math.ceil(flags.length / 8));
  for (const [i, flag] of flags.entries()) if (flag) bits[i >> 3] = (bits[i >> 3] as number) | (1 << (i & 7));
  return bits;
}
