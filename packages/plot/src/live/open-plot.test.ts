import { afterEach, describe, expect, it, vi } from "vitest";

import { openPlot } from "./open-plot.ts";
import type { PlotOptions } from "./plot-options.ts";

const options: PlotOptions = {
  lanes: [
    { kind: "traces", series: 2, intervalMs: 10 },
    { kind: "band", windowMs: 100, hopMs: 100 },
  ],
};

/** What the browser would give. */
function fakeCanvas() {
  const pictures: { data: Uint8ClampedArray; width: number; height: number }[] = [];
  const canvas = {
    clientWidth: 30,
    clientHeight: 20,
    width: 0,
    height: 0,
    getContext: () => ({ putImageData: (image: (typeof pictures)[0]) => pictures.push(image) }),
    transferControlToOffscreen: () => ({ offscreen: true }),
  };
  return { canvas: canvas as unknown as HTMLCanvasElement, pictures };
}

class FakeImageData {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  constructor(data: Uint8ClampedArray, width: number, height: number) {
    this.data = data;
    this.width = width;
    this.height = height;
  }
}

/** A worker that remembers what it is told. */
class FakeWorker {
  static newest: FakeWorker | undefined;
  readonly url: URL;
  readonly heard: { type: string; values?: ArrayLike<number> }[] = [];
  isTerminated = false;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: ((event: { message: string }) => void) | null = null;
  constructor(url: URL) {
    this.url = url;
    FakeWorker.newest = this;
  }
  postMessage(message: { type: string }) {
    this.heard.push(message);
  }
  terminate() {
    this.isTerminated = true;
  }
}

function openInWorker() {
  vi.stubGlobal("Worker", FakeWorker);
  vi.stubGlobal("ImageData", FakeImageData);
  const { canvas, pictures } = fakeCanvas();
  const plot = openPlot(canvas, options);
  return { plot, worker: FakeWorker.newest as FakeWorker, pictures };
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("openPlot", () => {
  it("hands the canvas to its worker once that can draw, then what was said meanwhile", () => {
    const { plot, worker } = openInWorker();
    plot.append(0, [1, 2]);
    expect(worker.url.pathname).toMatch(/plot-worker\.js$/);
    expect(worker.heard).toEqual([]);

    worker.onmessage?.({ data: { type: "ready", canDraw: true } });
    plot.follow(5_000);

    expect(worker.heard.map(({ type }) => type)).toEqual(["open", "resize", "append", "follow"]);
  });

  it("copies values when they are appended, and no more of their buffer than they are", () => {
    const { plot, worker } = openInWorker();
    const all = new Float32Array(1_000).fill(7);
    plot.append(0, all.subarray(10, 12));
    worker.onmessage?.({ data: { type: "ready", canDraw: true } });
    plot.append(0, all.subarray(20, 22));
    all.fill(0);

    const sent = worker.heard.filter(({ type }) => type === "append").map(({ values }) => values as Float32Array);
    expect(sent.map((values) => [[...values], values.buffer.byteLength])).toEqual([
      [[7, 7], 8],
      [[7, 7], 8],
    ]);
  });

  it.each([
    ["cannot draw", (worker: FakeWorker) => worker.onmessage?.({ data: { type: "ready", canDraw: false } })],
    ["does not load", (worker: FakeWorker) => worker.onerror?.({ message: "blocked" })],
  ])("draws on the page's own thread when its worker %s", (_, fail) => {
    vi.useFakeTimers();
    const { plot, worker, pictures } = openInWorker();
    plot.show({ startMs: 0, endMs: 100 });

    fail(worker);
    vi.advanceTimersByTime(20);

    expect(worker.isTerminated).toBe(true);
    expect(pictures.map(({ width, height }) => [width, height])).toEqual([[30, 20]]);
  });

  it("draws on the page's own thread when its worker is silent for 5 s, and then does not listen to it any more", () => {
    vi.useFakeTimers();
    const { plot, worker, pictures } = openInWorker();
    const { onmessage } = worker;
    plot.show({ startMs: 0, endMs: 100 });

    vi.advanceTimersByTime(5_020);
    worker.onmessage?.({ data: { type: "ready", canDraw: true } });

    expect(onmessage).not.toBeNull();
    expect(worker.isTerminated).toBe(true);
    expect(worker.heard).toEqual([]);
    expect(pictures).toHaveLength(1);
    plot.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("draws on the page's own thread where the browser refuses the worker", async () => {
    vi.stubGlobal("ImageData", FakeImageData);
    vi.stubGlobal(
      "Worker",
      class {
        constructor() {
          throw new Error("The worker is of another origin.");
        }
      },
    );
    const { canvas, pictures } = fakeCanvas();
    const plot = openPlot(canvas, options);

    await plot.drawn();

    expect(pictures).toHaveLength(1);
    plot.close();
  });

  it("rejects who waits when in the end there is no way to draw", async () => {
    vi.stubGlobal("Worker", FakeWorker);
    const { canvas } = fakeCanvas();
    Object.assign(canvas, { getContext: () => null });
    const plot = openPlot(canvas, options);
    const waiting = plot.drawn();

    FakeWorker.newest?.onerror?.({ message: "blocked" });

    await expect(waiting).rejects.toThrow("2D canvas");
    await expect(plot.toPng()).rejects.toThrow("closed");
  });

  it("draws on the page's own thread where there are no workers", async () => {
    vi.stubGlobal("ImageData", FakeImageData);
    const { canvas, pictures } = fakeCanvas();
    const plot = openPlot(canvas, options);
    plot.show({ startMs: 0, endMs: 100 });

    await plot.drawn();

    expect(pictures).toHaveLength(1);
    plot.close();
  });

  it("rejects who waits when it is closed, and does nothing after", async () => {
    const { plot, worker } = openInWorker();
    worker.onmessage?.({ data: { type: "ready", canDraw: true } });
    const waiting = plot.drawn();

    plot.close();
    plot.close();
    plot.append(0, [1, 2]);

    await expect(waiting).rejects.toThrow("closed");
    await expect(plot.toPng()).rejects.toThrow("closed");
    expect(worker.isTerminated).toBe(true);
    expect(worker.heard.map(({ type }) => type)).toEqual(["open", "resize", "drawn"]);
  });

  it("rejects who waits when its worker fails", async () => {
    const { plot, worker } = openInWorker();
    worker.onmessage?.({ data: { type: "ready", canDraw: true } });
    const waiting = plot.toPng();

    worker.onerror?.({ message: "out of memory" });

    await expect(waiting).rejects.toThrow("out of memory");
  });

  it("closed while its worker loads, it never draws", () => {
    vi.useFakeTimers();
    const { plot, worker, pictures } = openInWorker();

    plot.close();
    worker.onmessage?.({ data: { type: "ready", canDraw: false } });
    worker.onerror?.({ message: "terminated" });
    vi.advanceTimersByTime(1_000);

    expect(worker.heard).toEqual([]);
    expect(pictures).toEqual([]);
  });

  it("refuses what it cannot draw", () => {
    const { plot } = openInWorker();
    const { canvas } = fakeCanvas();

    expect(() => plot.append(2, [1])).toThrow(RangeError);
    expect(() => plot.append(0, [1])).toThrow(RangeError);
    expect(() => plot.append(1, [255])).toThrow(RangeError);
    expect(() => plot.append(1, [NaN])).not.toThrow();
    expect(() => plot.show({ startMs: 5, endMs: 5 })).toThrow(RangeError);
    expect(() => plot.follow(0)).toThrow(RangeError);
    expect(() => plot.colours({ ink: "black" })).toThrow(RangeError);
    expect(() => openPlot(canvas, { lanes: [] })).toThrow(RangeError);
    expect(() => openPlot(canvas, { lanes: [{ kind: "traces", series: 0, intervalMs: 1 }] })).toThrow(RangeError);
    expect(() => openPlot(canvas, { lanes: [{ kind: "traces", series: 1, intervalMs: 0 }] })).toThrow(RangeError);
    expect(() => openPlot(canvas, { ...options, followMs: -1 })).toThrow(RangeError);
    expect(() => openPlot(canvas, { ...options, colours: { classes: [] } })).toThrow(RangeError);
    expect(() => openPlot(canvas, { ...options, colours: { ramp: ["white", "black"] } })).toThrow(RangeError);
  });
});
