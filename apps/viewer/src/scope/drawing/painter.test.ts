import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { LOOK as SOME_LOOK, runOf, storeOf } from "../fixtures.ts";
import type { LabelPlace, Look } from "../scope-port.ts";
import { ShownWindows } from "../shown-windows.ts";
import { Painter } from "./painter.ts";

const LOOK: Look = {
  ...SOME_LOOK,
  widthPx: 200,
  heightPx: 60,
  pixelRatio: 1.5,
  lanes: [{ lane: "predicted", y: 10, heightPx: 40 }],
};

class FakeCanvas {
  width = 300;
  height = 150;
  drawn = 0;

  getContext() {
    return { putImageData: () => this.drawn++ };
  }
}

let frames: (() => void)[];
let labels: (readonly LabelPlace[])[];
let lanes: FakeCanvas;
let overview: FakeCanvas;
let painter: Painter;
/** How long it takes to draw. */
let drawingMs: number;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("ImageData", class {});
  frames = [];
  labels = [];
  drawingMs = 0;
  [lanes, overview] = [new FakeCanvas(), new FakeCanvas()];
  const windows = new ShownWindows();
  windows.show([{ run: runOf("run-a"), startMs: 0, endMs: 2500, store: storeOf(runOf("run-a")) }]);
  painter = new Painter({
    nextFrame: (callback) => {
      frames.push(callback);
      return () => (frames = frames.filter((other) => other !== callback));
    },
    content: () => {
      vi.advanceTimersByTime(drawingMs);
      return { windows, whatIf: undefined };
    },
    onLabels: (places) => labels.push(places),
  });
});

afterEach(() => {
  painter.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function draw(): void {
  for (const frame of frames.splice(0)) frame();
}

function start(): void {
  painter.drawOn(lanes as unknown as OffscreenCanvas, overview as unknown as OffscreenCanvas);
  painter.look(LOOK);
  painter.range({ startMs: 0, endMs: 2500 });
  draw();
}

describe("Painter", () => {
  it("draws in device pixels, once a frame, and nothing while nothing has changed", () => {
    start();
    expect([lanes.width, lanes.height, overview.width, overview.height]).toEqual([300, 90, 300, 30]);
    expect([lanes.drawn, overview.drawn, frames.length]).toEqual([1, 1, 0]);

    painter.range({ startMs: 0, endMs: 1000 });
    painter.range({ startMs: 0, endMs: 2000 });
    expect(frames).toHaveLength(1);
    draw();

    expect([lanes.drawn, overview.drawn, frames.length]).toEqual([2, 1, 0]);
  });

  it("draws the minimap less often than the lanes, and at last as it is", () => {
    start();
    for (let i = 0; i < 5; i++) {
      painter.invalidate();
      draw();
    }
    expect([lanes.drawn, overview.drawn]).toEqual([6, 1]);

    vi.advanceTimersByTime(200);
    draw();

    expect([lanes.drawn, overview.drawn]).toEqual([6, 2]);
  });

  it.each([
    { takesMs: 5, everyMs: 16 },
    { takesMs: 14, everyMs: 32 },
    { takesMs: 20, everyMs: 32 },
    { takesMs: 40, everyMs: 64 },
  ])("draws every $everyMs ms where that takes $takesMs ms, though frames come unevenly", ({ takesMs, everyMs }) => {
    start();
    drawingMs = takesMs;
    const [before, beganMs] = [lanes.drawn, performance.now()];
    for (let frame = 1; frame <= 60; frame++) {
      painter.range({ startMs: frame, endMs: 2500 });
      // Frames that come while it draws are lost.
      const atMs = beganMs + frame * 16 + (frame % 3) - 1;
      if (atMs < performance.now()) continue;
      vi.advanceTimersByTime(atMs - performance.now());
      draw();
    }

    expect(Math.round(60 / (lanes.drawn - before)) * 16).toBe(everyMs);
  });

  it("tells where labels go, when they have moved", () => {
    start();
    expect(labels).toHaveLength(1);
    painter.invalidate();
    draw();
    expect(labels).toHaveLength(1);

    painter.range({ startMs: 1000, endMs: 3500 });
    draw();

    expect(labels.at(-1)?.[0]).toMatchObject({ lane: "predicted", px: 0, text: "wave", isLoud: true });
  });

  it("waits for canvases, a look, a size and a stretch of time", () => {
    painter.range({ startMs: 0, endMs: 2500 });
    painter.look({ ...LOOK, widthPx: 0 });
    expect(frames).toHaveLength(0);
    painter.drawOn(lanes as unknown as OffscreenCanvas, overview as unknown as OffscreenCanvas);
    draw();
    expect([lanes.drawn, overview.drawn]).toEqual([0, 0]);

    painter.look(LOOK);
    draw();

    expect([lanes.drawn, overview.drawn]).toEqual([1, 1]);
  });

  it("draws no more once it is closed", () => {
    start();
    painter.invalidate();
    painter.close();

    expect(frames).toHaveLength(0);
    painter.invalidate();
    expect(frames).toHaveLength(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
