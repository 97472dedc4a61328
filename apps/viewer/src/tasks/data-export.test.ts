import { beforeEach, describe, expect, it } from "vitest";

import { snapshot } from "../page/test-snapshot.ts";
import type { Questions, Summary } from "../scope/scope-port.ts";
import { DataExport } from "./data-export.svelte.ts";
import { createTestPage, type TestPage } from "./test-page.ts";

const CSV = new Blob(["a,b"]);
const LANES = new Blob(["lanes"]);
const PICTURE = new Blob(["picture"]);

let test: TestPage;
let saved: [Blob, string][];
let asked: Questions["download"]["ask"][];

const summaryOf = (windows: number): Summary => ({
  tally: { ...snapshot().tally, windows },
  matrix: { expected: [], predicted: [], counts: [] },
  perClass: [],
  sweep: [],
});

beforeEach(async () => {
  test = createTestPage();
  saved = [];
  asked = [];
  test.scope.answer("summary", ({ range }) => summaryOf(range ? 12 : 101));
  test.scope.answer("picture", LANES);
  test.scope.answer("download", (ask) => {
    asked.push(ask);
    return CSV;
  });
  test.page.showRun("run-1");
  test.scope.push({ type: "snapshot", snapshot: snapshot() });
  await test.scope.settle();
});

const exporting = () => {
  const takePicture = (lanes: Blob) =>
    lanes.size === LANES.size ? Promise.resolve(PICTURE) : Promise.reject(new Error());
  return new DataExport(test.page, takePicture, (blob, name) => void saved.push([blob, name]));
};

describe("DataExport", () => {
  it("saves what is on the screen unless something else is chosen", async () => {
    const one = exporting();
    await one.run();

    const { startMs, endMs } = test.page.range;
    expect(asked).toEqual([{ format: "csv", range: { startMs, endMs } }]);
    expect(saved.map(([, name]) => name)).toEqual(["idle.7-visible.csv"]);
    expect(one.savedName).toBe("idle.7-visible.csv");
  });

  it("begins with the selected range when there is one", async () => {
    test.page.selectRange({ startMs: 1_000, endMs: 3_000 });
    const one = exporting();
    one.chooseFormat("raven");
    await one.run();

    expect(asked).toEqual([{ format: "raven", range: { startMs: 1_000, endMs: 3_000 } }]);
    expect(saved[0]?.[1]).toBe("idle.7-selection.selections.txt");
  });

  it("asks for everything without a range, and says how many windows that is", async () => {
    const one = exporting();
    await one.count();
    expect(one.windows).toBe(12);

    one.chooseRange("all");
    await one.count();
    expect(one.windows).toBe(101);
    await one.run();
    expect(asked.map(({ range }) => range)).toEqual([undefined]);
    expect(saved[0]?.[1]).toBe("idle.7.csv");
  });

  it("says by which limits verdicts are made while some are tried out, in the name of the file too", async () => {
    const one = exporting();
    one.chooseRange("all");
    expect(one.triedLimits).toBeUndefined();

    test.page.setWhatIf({ minimumConfidence: 0.6, anomaly: 0.5 });
    expect(one.triedLimits).toBe("anomaly limit 0.50 (was 0.30)");
    await one.run();
    expect(saved[0]?.[1]).toBe("idle.7-what-if.csv");
  });

  it("takes a picture only of what is on the screen", async () => {
    const one = exporting();
    one.chooseRange("all");
    one.chooseFormat("png");
    expect([one.range, one.isPossible("all"), one.isPossible("selection")]).toEqual(["visible", false, false]);

    await one.run();
    expect(saved).toEqual([[PICTURE, "idle.7-visible.png"]]);
  });

  it("cannot choose a selection that is not there", () => {
    const one = exporting();
    one.chooseRange("selection");
    expect(one.range).toBe("visible");
  });

  it("says why nothing was saved", async () => {
    const other = createTestPage();
    const one = new DataExport(
      other.page,
      (lanes) => Promise.resolve(lanes),
      () => void saved.push([CSV, "never"]),
    );
    await one.run();

    expect(one.failure).toContain("has no answer");
    expect([saved, one.isWorking]).toEqual([[], false]);
  });

  it("names the file so that every system takes it", async () => {
    const odd = snapshot();
    const placed = odd.placed.map((one) => ({ ...one, run: { ...one.run, sampleName: "../wäve: 1/2?" } }));
    test.scope.push({ type: "snapshot", snapshot: { ...odd, placed } });
    await test.scope.settle();
    const one = exporting();
    one.chooseRange("all");
    await one.run();

    expect(saved[0]?.[1]).toBe("wäve-1-2.csv");
  });

  it("counts once more, not once for each frame, when the view moves while it counts", async () => {
    const one = exporting();
    await Promise.all([one.count(), one.count(), one.count(), one.count()]);

    expect(test.scope.all("ask")).toHaveLength(2);
  });
});
