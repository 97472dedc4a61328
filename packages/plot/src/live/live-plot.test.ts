import { describe, expect, it } from "vitest";

import type { PixelImage } from "../pixels/pixel-image.ts";
import { toArt } from "../testing/text-art.ts";
import { createClock } from "./clock.ts";
import { LivePlot } from "./live-plot.ts";
import type { PlotAnswer, PlotOptions } from "./plot-options.ts";

const colours = { panel: "#ffffff", ink: "#000000", ramp: ["#ffffff", "#000000"] };

/** A plot whose frames and clock the test turns by hand. */
function open(options: Partial<PlotOptions> & Pick<PlotOptions, "lanes">, widthPx = 10, heightPx = 4) {
  const frames: (() => void)[] = [];
  const host = { nowMs: 0, shown: [] as string[][], answers: [] as PlotAnswer[] };
  const plot = new LivePlot(
    { colours, ...options },
    {
      surface: { show: (image: PixelImage) => host.shown.push(toArt(image)) },
      requestFrame: (draw) => {
        frames.push(draw);
        return () => frames.splice(frames.indexOf(draw), 1);
      },
      answer: (answer) => host.answers.push(answer),
      now: () => host.nowMs,
    },
  );
  plot.handle({ type: "resize", widthPx, heightPx, pixelRatio: 1 });
  const turn = (nowMs = host.nowMs) => {
    host.nowMs = nowMs;
    for (const draw of frames.splice(0)) draw();
  };
  return { plot, host, turn, frames };
}

const ribbon = { kind: "ribbon", rows: 1, windowMs: 100, hopMs: 100 } as const;

describe("LivePlot", () => {
  it("draws once a frame, however much was said, and not at all when nothing changed", () => {
    const { plot, host, turn, frames } = open({ lanes: [ribbon] });
    plot.handle({ type: "show", span: { startMs: 0, endMs: 1_000 } });
    for (let i = 0; i < 5; i++) plot.handle({ type: "append", lane: 0, values: [i % 2] });

    turn();

    expect(host.shown).toEqual([[".#.#......", ".#.#......", ".#.#......", ".........."]]);
    expect(frames).toHaveLength(0);
  });

  it("leaves windows of a band empty that are appended as NaN", () => {
    const band = { kind: "band", windowMs: 100, hopMs: 100 } as const;
    const { plot, host, turn } = open({ lanes: [band], colours: { ...colours, classes: ["#000000"] } }, 10, 3);
    plot.handle({ type: "show", span: { startMs: 0, endMs: 1_000 } });
    plot.handle({ type: "append", lane: 0, values: [0, 0, NaN, NaN, 0] });

    turn();

    expect(host.shown.at(-1)?.at(-1)).toBe("##..#.....");
  });

  it("moves with the clock in follow, 150 ms late, and draws when that is a pixel", () => {
    const { plot, host, turn } = open({ lanes: [ribbon], followMs: 1_000 }, 10, 1);
    plot.handle({ type: "append", lane: 0, values: [0, 0, 0, 0, 0, 0, 0, 0, 0, 1] });

    turn(150);
    turn(170);
    turn(250);

    expect(host.shown.map(([row]) => row)).toEqual([".........#", "........#."]);
  });

  it("stands still after show, whatever arrives", () => {
    const { plot, host, turn, frames } = open({ lanes: [ribbon] }, 10, 1);
    plot.handle({ type: "append", lane: 0, values: [1] });
    plot.handle({ type: "show", span: { startMs: 0, endMs: 1_000 } });
    turn();
    plot.handle({ type: "append", lane: 0, values: new Array(100).fill(1) });
    turn(5_000);

    expect(host.shown.map(([row]) => row)).toEqual(["#.........", "##########"]);
    expect(frames).toHaveLength(0);
  });

  it("draws every kind of lane, below each other by their shares", () => {
    const windows = { windowMs: 100, hopMs: 100 };
    const { plot, host, turn } = open(
      {
        lanes: [
          { kind: "traces", series: 2, intervalMs: 10, share: 2 },
          { kind: "ribbon", rows: 2, ...windows },
          { kind: "score-lines", rows: 1, ...windows },
          { kind: "band", ...windows },
          { kind: "anomaly", limit: 0.5, ...windows },
        ],
      },
      10,
      4 * 12 + 6 * 20,
    );
    plot.handle({ type: "show", span: { startMs: 0, endMs: 1_000 } });
    plot.handle({ type: "append", lane: 0, values: new Array(200).fill(1) });
    for (const lane of [2, 3, 4]) plot.handle({ type: "append", lane, values: new Array(10).fill(1) });
    plot.handle({ type: "append", lane: 1, values: new Array(20).fill(1) });

    turn();

    const inked = host.shown.at(-1)?.map((row) => row !== "..........") ?? [];
    const inkIn = (from: number, to: number) => inked.slice(from, to).some(Boolean);
    expect([inkIn(0, 40), inkIn(52, 72), inkIn(84, 104), inkIn(116, 136), inkIn(148, 168)]).toEqual(
      new Array(5).fill(true),
    );
    expect([inkIn(40, 52), inkIn(72, 84), inkIn(104, 116), inkIn(136, 148)]).toEqual(new Array(4).fill(false));
  });

  it("answers once everything said before is drawn, and says why there is no PNG", async () => {
    const { plot, host, turn } = open({ lanes: [ribbon] });
    plot.handle({ type: "drawn", id: 1 });
    plot.handle({ type: "png", id: 2 });
    expect(host.answers).toEqual([]);

    turn();
    await Promise.resolve();
    await Promise.resolve();

    expect(host.answers).toEqual([
      { type: "drawn", id: 1 },
      { type: "failed", id: 2, message: "A PNG is made with a canvas, and there is none here." },
    ]);
  });

  it("takes new colours and sizes, one too small for its lanes too", () => {
    const { plot, host, turn } = open({ lanes: [ribbon, ribbon, ribbon] }, 2, 1);
    plot.handle({ type: "colours", colours: { panel: "#000000" } });
    turn();
    plot.handle({ type: "resize", widthPx: 3, heightPx: 2, pixelRatio: 2 });
    turn();

    expect(host.shown).toEqual([["##"], ["###", "###"]]);
  });

  it("asks for no more frames once it is closed", () => {
    const { plot, frames } = open({ lanes: [ribbon] });
    plot.close();

    expect(frames).toHaveLength(0);
  });
});

describe("the clock of live data", () => {
  it("runs on evenly, however unevenly data comes", () => {
    const clock = createClock();
    const edges: number[] = [];
    for (let i = 1; i <= 200; i++) {
      clock.sawData(i * 100, i * 100 + (i % 5) * 60);
      edges.push(clock.edgeMs(i * 100));
    }

    const steps = edges.slice(1).map((edge, i) => edge - (edges[i] as number));
    expect(Math.min(...steps)).toBeGreaterThan(80);
    expect(Math.max(...steps)).toBeLessThan(120);
  });

  it("jumps when the data was interrupted", () => {
    const clock = createClock();
    expect(clock.isRunning).toBe(false);
    clock.sawData(1_000, 0);
    clock.sawData(1_100, 60_000);

    expect(clock.edgeMs(60_000)).toBe(950);
    expect(clock.isRunning).toBe(true);
  });
});
