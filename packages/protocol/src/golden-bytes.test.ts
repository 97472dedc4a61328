import { describe, expect, it } from "vitest";

import {
  decodeEntries,
  encodeDetails,
  encodePredictions,
  encodeRecording,
  encodeRun,
  encodeTestRun,
  type Entry,
} from "./entry.ts";
import { fromJsonEntry, toJsonEntry } from "./json-entry.ts";
import type { Recording } from "./recording.ts";
import type { Run } from "./run.ts";
import type { TestPrediction, TestRun } from "./test-run.ts";

const position = { log: 3, seq: 258 };

/** The header, field by field as SPEC.md lists them, then the JSON and the padding. */
function bytes(...[kind, length, first, count, json, padding]: readonly string[]): string {
  return `${kind}010000${length}0300000002010000${first}${count}0000000000000000${hexOf(json ?? "")}${padding}`;
}

function hexOf(bytes: Uint8Array | string): string {
  return Buffer.from(bytes).toString("hex");
}

const kinds = [
  {
    kind: "run",
    entry: encodeRun(position, { runId: "ü" } as Run),
    golden: bytes("02", "30000000", "00000000", "0e000000", '{"runId":"ü"}', "0000"),
  },
  {
    kind: "details",
    entry: encodeDetails(position, { first: 32, details: [{ index: 33 }] }),
    golden: bytes("06", "30000000", "20000000", "0e000000", '[{"index":33}]', "0000"),
  },
  {
    kind: "test-run",
    entry: encodeTestRun(position, { state: "waiting" } as TestRun),
    golden: bytes("07", "38000000", "00000000", "13000000", '{"state":"waiting"}', "0000000000"),
  },
  {
    kind: "predictions",
    entry: encodePredictions(position, { first: 258, predictions: [{ index: 258 } as TestPrediction] }),
    golden: bytes("08", "30000000", "02010000", "0f000000", '[{"index":258}]', "00"),
  },
  {
    kind: "recording",
    entry: encodeRecording(position, { percent: 40 } as Recording),
    golden: bytes("09", "30000000", "00000000", "0e000000", '{"percent":40}', "0000"),
  },
];

// Windows and readings stand in entry.test.ts.
describe("an entry that holds JSON", () => {
  it.each(kinds)(
    "[P20] [P36] [P40] [P41] is these bytes, which never change for version 1: $kind",
    ({ kind, entry, golden }) => {
      expect(hexOf(entry)).toBe(golden);
      expect(decodeEntries(new Uint8Array(Buffer.from(golden, "hex")))).toMatchObject([{ kind, ...position }]);
    },
  );

  it.each(kinds)("[P28] has a JSON twin that says the same: $kind", ({ entry }) => {
    const [decoded] = decodeEntries(entry) as [Entry];

    expect(fromJsonEntry(JSON.parse(JSON.stringify(toJsonEntry(decoded))))).toEqual(decoded);
  });

  it.each(kinds)("[P28] is refused as JSON without what it holds: $kind", ({ kind }) => {
    expect(() => fromJsonEntry({ kind, ...position })).toThrow("has to be");
  });
});
