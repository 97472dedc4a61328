import { encodeDetails, encodeReadings, encodeRun, encodeWindows, type Run } from "@windowscope/protocol";
import { createMemoryRunLog } from "@windowscope/runlog";
import { describe, expect, it } from "vitest";

import { findEntry } from "./find-entry.ts";

const RUN = { runId: "run-1" } as Run;

/** Makes an entry, once it knows its number. */
type Make = (position: { readonly log: number; readonly seq: number }) => Uint8Array;

const run: Make = (position) => encodeRun(position, RUN);
const details: Make = (position) => encodeDetails(position, { first: 0, details: [] });

/** An entry of a kind that only newer servers write. */
const unknown: Make = (position) => {
  const entry = encodeRun(position, RUN);
  entry[0] = 200;
  return entry;
};

function readings(first: number): Make {
  return (position) => encodeReadings(position, { first, axisCount: 1, values: new Float32Array(10) });
}

function windows(first: number): Make {
  const times = new Float64Array(2);
  const columns = { classCount: 0, startMs: times, endMs: times, scores: times.subarray(0, 0), anomaly: times };
  return (position) => encodeWindows(position, { first, ...columns, verdicts: new Uint8Array(2) });
}

async function storeLog(...makes: readonly Make[]) {
  const runLog = createMemoryRunLog();
  const { number: log } = await runLog.open(RUN.runId);
  const entries = makes.map((make, seq) => make({ log, seq }));
  if (entries.length > 0) await runLog.append([{ log: RUN.runId, at: 0, entries }]);
  const state = await runLog.open(RUN.runId);
  return (kind: "readings" | "windows", index: number) => findEntry(runLog, RUN, state, { kind, index });
}

describe("findEntry", () => {
  it("finds each entry among those of other kinds, wherever they stand", async () => {
    const others = [run, details, unknown];
    for (let i = 0; i < 81; i++) {
      const before = [0, 1, 2, 3].map((place) => others[Math.floor(i / 3 ** place) % 3] as Make);
      const [a, b, c, d] = before as [Make, Make, Make, Make];
      const find = await storeLog(run, readings(0), readings(10), a, windows(0), b, c, windows(2), d, windows(4), run);

      const firsts = await Promise.all([0, 1, 2, 3, 4, 5].map(async (index) => (await find("windows", index))?.first));
      expect(firsts).toEqual([0, 0, 2, 2, 4, 4]);
      expect((await find("readings", 9))?.first).toBe(0);
      expect((await find("readings", 10))?.first).toBe(10);
    }
  });

  it("finds none in a log that has none", async () => {
    const ofNothing = await storeLog();
    const ofReadings = await storeLog(run, readings(0), run);

    expect(await ofNothing("windows", 0)).toBeUndefined();
    expect(await ofReadings("windows", 0)).toBeUndefined();
    expect((await ofReadings("readings", 5))?.seq).toBe(1);
  });
});
