/** The worker of a live plot: says whether it can draw, is given the canvas, then draws what it is told. */
import { canvasSurface, requestFrame } from "./canvas-surface.ts";
import { LivePlot } from "./live-plot.ts";
import type { PlotAnswer, PlotCommand, PlotOptions } from "./plot-options.ts";

/** What the page tells the worker first. */
export interface OpenPlot {
  readonly type: "open";
  readonly canvas: OffscreenCanvas;
  readonly options: PlotOptions;
}

/** What the worker tells the page first. */
export interface WorkerReady {
  readonly type: "ready";
  readonly canDraw: boolean;
}

/** The part of a worker's global scope that this one uses; the library of the DOM has no other. */
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<OpenPlot | PlotCommand>) => void;
  postMessage(message: PlotAnswer | WorkerReady): void;
};

let plot: LivePlot | undefined;

scope.onmessage = ({ data }) => {
  if (data.type !== "open") {
    plot?.handle(data);
    return;
  }
  const surface = canvasSurface(data.canvas);
  if (!surface) throw new Error("The worker was given a canvas that it cannot draw on.");
  plot = new LivePlot(data.options, {
    surface,
    requestFrame,
    answer: (answer) => scope.postMessage(answer),
    now: () => performance.now(),
  });
};

const canDraw = typeof OffscreenCanvas === "function" && new OffscreenCanvas(1, 1).getContext("2d") !== null;
scope.postMessage({ type: "ready", canDraw });
