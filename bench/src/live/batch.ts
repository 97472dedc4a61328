/** What everybody sends: the same windows, as entries of our log or as the JSON that one would write without it. */
import { encodeWindows, VERDICT } from "@windowscope/protocol";

export const BATCH_WINDOWS = 32;
const CLASSES = Array.from({ length: 10 }, (_, c) => `class ${c}`);
const WINDOW_MS = 1_000;

/** A tenth, more or less, with the five decimals that Studio gives. */
const SCORES = Float64Array.from({ length: BATCH_WINDOWS * CLASSES.length }, () =>
  Number((Math.random() / 5).toFixed(5)),
);
const ANOMALY = Float64Array.from({ length: BATCH_WINDOWS }, () => Number((Math.random() - 0.5).toFixed(5)));
const VERDICTS = new Uint8Array(BATCH_WINDOWS).fill(VERDICT.uncertain);

/**
 * A windows entry.
 *
 * @param sentAtMs Stands where its first window starts, so that whoever gets the entry can tell how long it took.
 */
export function encodeBatch(log: number, seq: number, sentAtMs: number): Buffer {
  const startMs = Float64Array.from({ length: BATCH_WINDOWS }, (_, i) => sentAtMs + i * WINDOW_MS);
  const endMs = startMs.map((ms) => ms + WINDOW_MS);
  const place = { first: seq * BATCH_WINDOWS, classCount: CLASSES.length, startMs, endMs };
  const entry = encodeWindows({ log, seq }, { ...place, scores: SCORES, anomaly: ANOMALY, verdicts: VERDICTS });
  return Buffer.from(entry.buffer);
}

/** The same as an object to stringify. */
export function describeBatch(seq: number, sentAtMs: number) {
  const windows = Array.from({ length: BATCH_WINDOWS }, (_, i) => ({
    startMs: sentAtMs + i * WINDOW_MS,
    endMs: sentAtMs + (i + 1) * WINDOW_MS,
    index: seq * BATCH_WINDOWS + i,
    classification: Object.fromEntries(CLASSES.map((name, c) => [name, SCORES[i * CLASSES.length + c]])),
    anomaly: ANOMALY[i],
    verdict: "uncertain",
  }));
  return { windows };
}

const LENGTH_AT = 4;
/** The first column stands behind the header, and begins with the start of the first window. */
const SENT_AT = 32;
/** So much of an entry tells when it was sent. */
export const HEAD_BYTES = SENT_AT + 8;

/** When an entry was sent. @param head Its first bytes. */
export function readSentAtMs(head: Buffer, at = 0): number {
  return head.readDoubleLE(at + SENT_AT);
}

/** How many bytes the entry has that begins `at` this byte. */
export function readEntryBytes(message: Buffer, at: number): number {
  return message.readUInt32LE(at + LENGTH_AT);
}

/** When a batch was sent that came as JSON; takes no time to parse the rest. */
export function readSentAtMsFromJson(text: Buffer): number {
  const [, startMs] = /"startMs":([\d.]+)/.exec(text.toString("latin1", 0, 80)) ?? [];
  return Number(startMs);
}
