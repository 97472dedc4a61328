import { packColour, PixelImage, type TimeScale } from "@windowscope/plot";
import { VERDICT } from "@windowscope/protocol";
import { describe, expect, it } from "vitest";

import { LOOK, RESULT, runOf, storeOf, WINDOWS, type TestWindow } from "../fixtures.ts";
import type { LanePlace, Look } from "../scope-port.ts";
import { ShownWindows, type ShownRun } from "../shown-windows.ts";
import type { Content } from "./drawing.ts";
import { drawLanes, drawWhole, gapsBetween } from "./lanes.ts";
import { createPalette } from "./palette.ts";

const PALETTE = createPalette(LOOK.colours);

function content(...runs: readonly ShownRun[]): Content {
  const windows = new ShownWindows();
  windows.show(runs);
  return { windows, whatIf: undefined };
}

function shown(runId = "run-a", startMs = 0, windows: readonly TestWindow[] = WINDOWS): ShownRun {
  const run = runOf(runId);
  return { run, startMs, endMs: startMs + 2500, store: storeOf(run, windows) };
}

/** Draws one lane over all of the image, 5 ms to a device pixel. */
function draw(lane: LanePlace["lane"], what: Content = content(shown()), changes: Partial<Look> = {}) {
  const look = { ...LOOK, lanes: [{ lane, y: 0, heightPx: 100 }], ...changes };
  const image = new PixelImage(500, 200);
  const scale: TimeScale = { startMs: 0, endMs: 2500, widthPx: 500 };
  const places = drawLanes(image, what, look, PALETTE, scale);
  return { image, places };
}

/** How many pixels of a column have a colour. */
function count(image: PixelImage, x: number, hex: string): number {
  const colour = packColour(hex);
  return Array.from({ length: image.heightPx }, (_, y) => image.pixels[y * image.widthPx + x]).filter(
    (pixel) => pixel === colour,
  ).length;
}

const { alert, anomaly, bg, panel, ink, ink3, line2 } = LOOK.colours;

describe("drawLanes", () => {
  it("draws the signal in ink", () => {
    const { image } = draw("signal");

    expect(count(image, 150, ink)).toBeGreaterThan(0);
  });

  it("draws axes over each other in colours of their own", () => {
    const { image } = draw("signal", content(shown()), { overlaysAxes: true });

    expect(count(image, 150, ink)).toBe(0);
    expect(count(image, 150, LOOK.colours.classes[0] as string)).toBeGreaterThan(0);
  });

  it("draws rows of the ribbon in the order of the look, and all classes without a row in one", () => {
    const surest = { scores: [1, 0, 1], verdict: 0 };
    const run = runOf("run-a", { result: { ...RESULT, classes: ["idle", "wave", "snake"] } });
    const what = content({ run, startMs: 0, endMs: 2500, store: storeOf(run, [surest, surest]) });
    const { image } = draw("probability", what, { classRows: [1, -1] });
    const at = (y: number) => image.pixels[y * image.widthPx + 150];

    expect(at(40)).toBe(packColour("#ffffff"));
    expect(at(140)).toBe(packColour("#0b2545"));
  });

  it("draws lines instead of a ribbon where that is wanted", () => {
    const { image } = draw("probability", content(shown()), { showsLines: true });

    expect(count(image, 250, LOOK.colours.classes[0] as string)).toBeGreaterThan(0);
  });

  it("names what was expected, and what was predicted, where each stands", () => {
    expect(draw("expected").places).toEqual([
      { lane: "expected", px: 0, widthPx: 150, text: "idle", isLoud: false },
      { lane: "expected", px: 150, widthPx: 100, text: "wave", isLoud: false },
    ]);
    expect(draw("predicted").places.map(({ text, isLoud, px }) => [text, isLoud, px])).toEqual([
      ["idle", false, 50],
      ["wave", true, 100],
      ["uncertain", true, 150],
      ["anomaly", true, 200],
    ]);
  });

  it("draws labels by the hundred, the last ones alike", () => {
    const expected = Array.from({ length: 300 }, (_, i) => ({ startMs: i * 8, endMs: i * 8 + 8, label: `label ${i}` }));
    const run = runOf("run-a", { result: { ...RESULT, expected } });
    const { image } = draw("expected", content({ run, startMs: 0, endMs: 2500, store: storeOf(run) }));

    expect(count(image, 499, panel)).toBe(200);
    expect(count(image, 470, panel)).toBe(0);
  });

  it("marks mismatches", () => {
    const { image } = draw("mismatch");

    expect(count(image, 150, alert)).toBe(0);
    expect([250, 350, 450].map((x) => count(image, x, alert))).toEqual([200, 200, 200]);
  });

  it("draws anomaly scores, and the limit that is tried", () => {
    const lines = (whatIf: Content["whatIf"]) => {
      const { image } = draw("anomaly", { ...content(shown()), whatIf });
      expect(count(image, 250, anomaly)).toBeGreaterThan(0);
      return Array.from({ length: 200 }, (_, y) => y).filter((y) => image.pixels[y * 500] === packColour(ink3));
    };

    expect(lines({ anomaly: 0.1 })[0]).toBeGreaterThan(lines(undefined)[0] as number);
  });

  it("writes how high scores are that are too high for their lane", () => {
    const far = [-1, 40.26, -1].map((anomaly) => ({ scores: [1, 0], verdict: 0, anomaly }));
    const run = runOf("run-a");
    const { places } = draw("anomaly", content({ run, startMs: 0, endMs: 2500, store: storeOf(run, far) }));

    expect(places).toMatchObject([{ lane: "anomaly", text: "▲ 40.3" }]);
    expect(draw("anomaly").places).toEqual([]);
  });

  it("draws the numbers of a regression over those that were expected", () => {
    const expected = [{ startMs: 0, endMs: 1000, label: "12" }];
    const run = runOf("run-a", { result: { ...RESULT, kinds: ["value"], classes: [], expected } });
    const store = storeOf(
      run,
      [12, 13, 14].map((value) => ({ scores: [value], verdict: VERDICT.value })),
    );
    const { image } = draw("value", content({ run, startMs: 0, endMs: 2500, store }));

    expect(count(image, 50, line2)).toBe(4);
    expect(count(image, 300, ink)).toBeGreaterThan(0);
    expect(draw("predicted", content({ run, startMs: 0, endMs: 2500, store })).places).toEqual([]);
  });

  it("draws a second band of verdicts for the run beside, and none without it", () => {
    const windows = new ShownWindows();
    windows.show([shown()], storeOf(runOf("run-b"), WINDOWS.slice(0, 1)));

    expect(draw("beside", { windows, whatIf: undefined }).places).toMatchObject([{ lane: "beside", text: "idle" }]);
    expect(draw("beside").places).toEqual([]);
  });

  it("leaves out steps whose windows were skipped, with dots, and says how many, where there is room", () => {
    const late = WINDOWS.map((window, i) => ({ ...window, startMs: i * 250 + (i > 1 ? 500 : 0) }));
    const run = runOf("run-a", { result: { ...RESULT, windowIncreaseMs: 250 } });
    const what = content({ run, startMs: 0, endMs: 2500, store: storeOf(run, late) });
    const { image, places } = draw("probability", what);

    // Windows end at 1 s and 1.25 s, then at 2 s and 2.25 s.
    expect(places).toEqual([
      { lane: "probability", px: 125, widthPx: 50, text: "classifier busy, 2 skipped", isLoud: false },
    ]);
    expect([230, 260, 340, 360].map((x) => count(image, x, bg) > 100)).toEqual([false, true, true, false]);
    const narrow = new PixelImage(500, 200);
    const look = { ...LOOK, lanes: [{ lane: "probability" as const, y: 0, heightPx: 100 }] };
    expect(drawLanes(narrow, what, look, PALETTE, { startMs: 0, endMs: 250_000, widthPx: 500 })).toEqual([]);
  });

  it("leaves gaps between runs empty, with dots", () => {
    const what = content(shown("run-a", -2000), shown("run-b", 2000));
    const { image } = draw("probability", what);

    expect(count(image, 201, bg)).toBeGreaterThan(100);
    expect(gapsBetween(what.windows.runs)).toEqual([{ startMs: 500, endMs: 2000 }]);
  });

  it.each([
    ["behind the last run in sight", [-2000, 9000]],
    ["before the first run in sight", [-9000, 2000]],
    ["where no run is in sight", [-9000, 9000]],
  ])("leaves a gap empty %s as well", (_, [before, after]) => {
    const { image } = draw("probability", content(shown("run-a", before), shown("run-b", after)));

    expect(count(image, 201, bg)).toBeGreaterThan(100);
  });

  it("leaves time after the last run and before the first as it is", () => {
    const { image } = draw("probability", content(shown("run-a", -9000), shown("run-b", -4000)));

    expect(count(image, 201, bg)).toBe(0);
  });

  it.each(["signal", "probability", "expected", "predicted", "beside", "mismatch", "anomaly", "value"] as const)(
    "draws a lane of %s with nothing in it, of one window, and one that leaves the canvas",
    (lane) => {
      expect(draw(lane, content()).places).toEqual([]);
      draw(lane, content({ ...shown(), store: undefined }));
      draw(lane, content(shown("run-a", 0, WINDOWS.slice(0, 1))));
      draw(lane, content(shown()), {
        lanes: [
          { lane, y: 90, heightPx: 40 },
          { lane, y: 200, heightPx: 40 },
        ],
      });
    },
  );
});

describe("drawWhole", () => {
  it("draws all signals, and ticks where verdicts are wrong or anomalies", () => {
    const image = new PixelImage(500, 40);
    drawWhole(image, content(shown()), LOOK, PALETTE, { startMs: 0, endMs: 2500, widthPx: 500 });

    expect(count(image, 150, ink3)).toBeGreaterThan(0);
    expect([150, 250, 350, 450].map((x) => count(image, x, alert) > 0)).toEqual([false, true, true, true]);
    expect([150, 250, 350, 450].map((x) => count(image, x, anomaly) > 0)).toEqual([false, false, false, true]);
  });
});
