import { VERDICT, type Run } from "@windowscope/protocol";
import { describe, expect, it } from "vitest";

import { writeDownload } from "./downloads.ts";
import { RESULT, runOf, storeOf, WINDOWS, type TestWindow } from "./fixtures.ts";
import type { TimeRange } from "./scope-port.ts";
import { ShownWindows } from "./shown-windows.ts";

interface Options {
  readonly runs?: readonly Run[];
  readonly windows?: readonly TestWindow[];
  readonly isSession?: boolean;
  readonly range?: TimeRange;
}

async function download(format: "csv" | "json" | "audacity" | "raven", options: Options = {}): Promise<string> {
  const { runs = [runOf("run-a")], windows = WINDOWS, isSession = runs.length > 1, range } = options;
  const shown = new ShownWindows();
  shown.show(
    runs.map((run, i) => ({ run, startMs: i * 10_000, endMs: i * 10_000 + 2500, store: storeOf(run, windows) })),
  );
  const blob = await writeDownload(shown, format, { isSession, range }, () => Promise.resolve());
  return blob.text();
}

// As apps/server/src/api/windows.test.ts has it of the server's own download.
describe("writeDownload", () => {
  it("writes a run as CSV as the server does", async () => {
    expect(await download("csv")).toBe(
      "index,startMs,endMs,verdict,anomaly,idle,wave\r\n" +
        "0,0,1000,idle,-0.25,0.75,0.25\r\n" +
        "1,500,1500,wave,0,0.25,0.75\r\n" +
        "2,1000,2000,uncertain,0.25,0.5,0.5\r\n" +
        "3,1500,2500,anomaly,0.5,0.125,0.875\r\n",
    );
  });

  it("writes a run as JSON as the server does", async () => {
    const run = runOf("run-a");
    const windows = [
      { index: 0, startMs: 0, endMs: 1000, scores: { idle: 0.75, wave: 0.25 }, anomaly: -0.25, verdict: "idle" },
      { index: 1, startMs: 500, endMs: 1500, scores: { idle: 0.25, wave: 0.75 }, anomaly: 0, verdict: "wave" },
    ];

    expect(await download("json", { windows: WINDOWS.slice(0, 2) })).toBe(`${JSON.stringify({ run, windows })}\n`);
  });

  it("writes the value of a regression, and nothing where there is none", async () => {
    const run = runOf("run-a", { result: { ...RESULT, kinds: ["value"], classes: [], thresholds: {} } });
    const windows = [12.5, NaN].map((value) => ({ scores: [value], verdict: VERDICT.value }));

    expect(await download("csv", { runs: [run], windows })).toBe(
      "index,startMs,endMs,verdict,anomaly,value\r\n0,0,1000,12.5,,12.5\r\n1,500,1500,value,,\r\n",
    );
    expect(JSON.parse(await download("json", { runs: [run], windows }))).toMatchObject({
      windows: [{ verdict: "12.5", value: 12.5, scores: {} }, { verdict: "value" }],
    });
  });

  it("quotes names that CSV would take apart", async () => {
    const run = runOf("run-a", { result: { ...RESULT, classes: ['a "b"', "c,d"] } });

    expect(await download("csv", { runs: [run], windows: WINDOWS.slice(1, 2) })).toBe(
      'index,startMs,endMs,verdict,anomaly,"a ""b""","c,d"\r\n0,0,1000,"c,d",0,0.25,0.75\r\n',
    );
  });

  it("writes no name that a spreadsheet would run as a formula, and leaves negative numbers alone", async () => {
    const classes = ['=HYPERLINK("x")', "-b"];
    const run = runOf("run-a", { result: { ...RESULT, classes } });

    expect(await download("csv", { runs: [run], windows: WINDOWS.slice(0, 1) })).toBe(
      `index,startMs,endMs,verdict,anomaly,"'=HYPERLINK(""x"")",'-b\r\n` +
        `0,0,1000,"'=HYPERLINK(""x"")",-0.25,0.75,0.25\r\n`,
    );
    const value = runOf("run-b", { result: { ...RESULT, kinds: ["value"], classes: [], thresholds: {} } });
    const windows = [{ scores: [-12.5], verdict: VERDICT.value }];
    expect(await download("csv", { runs: [value], windows })).toContain("\r\n0,0,1000,-12.5,,-12.5\r\n");
  });

  it("says of a session's windows whose they are, and what the table says of them", async () => {
    const runs = [runOf("run-a"), runOf("run-b", { sampleId: 8, sampleName: "idle.8" })];
    const lines = (await download("csv", { runs })).split("\r\n");

    expect(lines[0]).toBe(
      "number,sessionStartMs,sessionEndMs,expected,agrees,runId,sampleId,sampleName," +
        "index,startMs,endMs,verdict,anomaly,idle,wave",
    );
    expect(lines[5]).toBe("4,10000,11000,idle,yes,run-b,8,idle.8,0,0,1000,idle,-0.25,0.75,0.25");
    expect(lines[6]).toMatch(/^5,10500,11500,idle,no,run-b,/);
    expect((JSON.parse(await download("json", { runs })) as { runs: unknown[] }).runs).toHaveLength(2);
  });

  it("numbers a stretch of a session as the table does, and leaves open what no label decides", async () => {
    const runs = ["tap", ""].map((label, i) => {
      const expected = label === "" ? [] : [{ startMs: 0, endMs: 2500, label }];
      return runOf(`run-${i}`, { result: { ...RESULT, expected } });
    });
    const lines = (await download("csv", { runs, range: { startMs: 2200, endMs: 11_000 } })).split("\r\n");

    expect(lines.slice(1).map((line) => line.split(",").slice(0, 5).join())).toEqual([
      "3,1500,2500,tap,",
      "4,10000,11000,,",
      "",
    ]);
  });

  it("writes the windows of a range alone", async () => {
    const csv = await download("csv", { range: { startMs: 1400, endMs: 2000 } });

    expect(csv.split("\r\n").slice(1)).toEqual([
      "1,500,1500,wave,0,0.25,0.75",
      "2,1000,2000,uncertain,0.25,0.5,0.5",
      "",
    ]);
  });

  it("writes a run without windows where none is in the range, and nothing of a session", async () => {
    const range = { startMs: 90_000, endMs: 95_000 };
    const value = runOf("run-b", { result: { ...RESULT, kinds: ["value"], classes: [], thresholds: {} } });

    expect(JSON.parse(await download("json", { range }))).toEqual({ run: runOf("run-a"), windows: [] });
    expect(await download("csv", { range, runs: [value] })).toBe("index,startMs,endMs,verdict,anomaly,value\r\n");
    expect(JSON.parse(await download("json", { range, isSession: true }))).toEqual({ runs: [] });
  });

  it("writes neighbours of one verdict as one label of Audacity, on the clock of the session", async () => {
    const windows = [0, 0, 1].map((verdict) => ({ scores: [0.5, 0.5], verdict }));
    const runs = [runOf("run-a", { result: { ...RESULT, expected: [] } }), runOf("run-b")];

    expect(await download("audacity", { runs, windows })).toBe(
      "0.500000\t1.500000\tidle\n1.500000\t2.000000\twave\n" +
        "10.500000\t11.500000\tidle\n11.500000\t12.000000\twave\n",
    );
  });

  it("writes a selection table for Raven", async () => {
    const lines = (await download("raven", { windows: WINDOWS.slice(0, 2) })).split("\n");

    expect(lines).toEqual([
      "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tAnnotation\tExpected",
      "1\tSpectrogram 1\t1\t0.500000\t1.000000\t0\t1\tidle\tidle",
      "2\tSpectrogram 1\t1\t1.000000\t1.500000\t0\t1\twave\tidle",
      "",
    ]);
  });

  it("writes no name into Raven's table that breaks its line, or that a spreadsheet would run as a formula", async () => {
    const expected = [{ startMs: 0, endMs: 2500, label: "a\tb\nc" }];
    const run = runOf("run-a", { result: { ...RESULT, classes: ["=1+1", "wave"], expected } });
    const [, line] = (await download("raven", { runs: [run], windows: WINDOWS.slice(0, 1) })).split("\n");

    expect(line?.split("\t").slice(-2)).toEqual(["'=1+1", "a b c"]);
  });

  it("lets others have their turn while it writes much", async () => {
    const shown = new ShownWindows();
    const windows = Array.from({ length: 30_000 }, () => WINDOWS[0] as TestWindow);
    shown.show([{ run: runOf("run-a"), startMs: 0, endMs: 1, store: storeOf(runOf("run-a"), windows) }]);
    let pauses = 0;
    const blob = await writeDownload(shown, "csv", { isSession: false }, async () => void pauses++);

    expect(pauses).toBeGreaterThan(0);
    expect((await blob.text()).split("\r\n")).toHaveLength(30_002);
  });
});
