import { decodeEntries } from "@windowscope/protocol";
import { describe, expect, it } from "vitest";

import {
  BATCH_WINDOWS,
  HEAD_BYTES,
  describeBatch,
  encodeBatch,
  readEntryBytes,
  readSentAtMs,
  readSentAtMsFromJson,
} from "./batch.ts";

const SENT_AT_MS = 123_456_789.125;

describe("encodeBatch", () => {
  it("makes an entry that the protocol reads", () => {
    const [entry] = decodeEntries(new Uint8Array(encodeBatch(7, 3, SENT_AT_MS)));

    expect(entry).toMatchObject({ kind: "windows", log: 7, seq: 3, first: 3 * BATCH_WINDOWS, count: BATCH_WINDOWS });
  });

  it("says in its head when it was sent", () => {
    expect(readSentAtMs(encodeBatch(7, 3, SENT_AT_MS).subarray(0, HEAD_BYTES))).toBe(SENT_AT_MS);
  });

  it("says how long it is", () => {
    const entry = encodeBatch(7, 3, SENT_AT_MS);

    expect(readEntryBytes(Buffer.concat([entry, entry]), entry.length)).toBe(entry.length);
  });
});

describe("describeBatch", () => {
  it("has the same windows as the entry", () => {
    const { windows } = describeBatch(3, SENT_AT_MS);
    const [entry] = decodeEntries(new Uint8Array(encodeBatch(7, 3, SENT_AT_MS)));
    if (entry?.kind !== "windows") throw new Error("That is no entry of windows.");

    expect(windows.map(({ startMs }) => startMs)).toEqual([...entry.startMs]);
    expect(windows.flatMap(({ classification }) => Object.values(classification))).toEqual([...entry.scores]);
    expect(windows.map(({ anomaly }) => anomaly)).toEqual([...entry.anomaly]);
  });

  it("says when it was sent before anything else", () => {
    expect(readSentAtMsFromJson(Buffer.from(JSON.stringify(describeBatch(3, SENT_AT_MS))))).toBe(SENT_AT_MS);
  });
});
