import type { TimeSpan } from "../time/view-state.ts";
import { canvasSurface, requestFrame } from "./canvas-surface.ts";
import { toPaints } from "./live-lane.ts";
import { LivePlot } from "./live-plot.ts";
import {
  LIGHT,
  NO_CODE,
  valuesPerMoment,
  type LaneOptions,
  type PlotAnswer,
  type PlotColours,
  type PlotCommand,
  type PlotOptions,
} from "./plot-options.ts";
import type { OpenPlot, WorkerReady } from "./plot-worker.ts";

/** A worker that has not said a word by then never will, and what is appended until then waits in memory. */
const START_TIMEOUT_MS = 5_000;

/** A live plot on a canvas of yours. Every call returns at once; the picture follows with the next frame. */
export interface Plot {
  /**
   * Adds values at the end of a lane. They are copied. What was missed between two appends is appended as NaN, or time
   * would be short of it.
   *
   * @param lane Index into the lanes of the options.
   * @param values In the shape that the kind of lane says.
   * @throws {RangeError} when there is no such lane, or the values are not whole moments of it.
   */
  append(lane: number, values: ArrayLike<number>): void;
  /**
   * Shows a span of time and stays there, whatever arrives. Time 0 is where the first value was appended.
   *
   * @throws {RangeError} when the span does not end after it starts.
   */
  show(span: TimeSpan): void;
  /**
   * Shows the last `spanMs` and moves with the clock. What is drawn runs 150 ms late, so that late messages do not jerk.
   *
   * @throws {RangeError} when the span is not above 0.
   */
  follow(spanMs: number): void;
  /** Takes over the canvas' size on the page. Call it when that has changed. */
  resize(): void;
  /**
   * Replaces some colours.
   *
   * @throws {RangeError} when one is not written `#rrggbb`.
   */
  colours(colours: Partial<PlotColours>): void;
  /**
   * Waits until all that was said so far is in the picture, for as long as the page is hidden. Rejects when the plot is
   * closed first, or its worker fails.
   */
  drawn(): Promise<void>;
  /** The picture with all that was said so far. Rejects when the browser makes no PNG, or the plot is closed first. */
  toPng(): Promise<Blob>;
  /** Stops drawing and ends the worker. The canvas keeps the last picture. Calls after it do nothing. */
  close(): void;
}

/**
 * Opens a live plot on a canvas.
 *
 * Data and drawing live in a module worker, so the page stays free however much arrives. Where the browser has no
 * OffscreenCanvas, or the worker does not load within 5 s, the same is done on the page's own thread.
 *
 * @param canvas Sized by CSS. It must not have a context yet and is the plot's from then on.
 * @throws {RangeError} when there is no lane, or an option is out of its range.
 * @throws {Error} where there is no 2D canvas; one that is only found later rejects `drawn` and `toPng`.
 */
export function openPlot(canvas: HTMLCanvasElement, options: PlotOptions): Plot {
  checkOptions(options);
  const waiting = new Map<number, { resolve: (png?: Blob) => void; reject: (cause: Error) => void }>();
  let isClosed = false;
  let nextId = 0;

  const answer = (received: PlotAnswer) => {
    const asked = waiting.get(received.id);
    waiting.delete(received.id);
    if (received.type === "failed") asked?.reject(new Error(received.message));
    else asked?.resolve(received.type === "png" ? received.png : undefined);
  };
  const end = (cause: Error) => {
    isClosed = true;
    for (const { reject } of waiting.values()) reject(cause);
    waiting.clear();
  };
  const drawing = startDrawing(canvas, options, answer, end);
  const say = (command: PlotCommand) => {
    if (!isClosed) drawing.handle(command);
  };
  const ask = (type: "drawn" | "png") =>
    new Promise<Blob | undefined>((resolve, reject) => {
      if (isClosed) return reject(new Error("The plot is closed."));
      const id = nextId++;
      waiting.set(id, { resolve, reject });
      say({ type, id });
    });
  const resize = () => {
    const { devicePixelRatio: pixelRatio = 1 } = globalThis;
    const [widthPx, heightPx] = [canvas.clientWidth, canvas.clientHeight].map((px) =>
      Math.max(1, Math.round(px * pixelRatio)),
    );
    say({ type: "resize", widthPx: widthPx as number, heightPx: heightPx as number, pixelRatio });
  };

  resize();
  return {
    append(lane, values) {
      checkValues(options.lanes[lane], lane, values);
      say({ type: "append", lane, values });
    },
    show(span) {
      if (!(span.endMs > span.startMs))
        throw new RangeError(`There is no time from ${span.startMs} to ${span.endMs} ms.`);
      say({ type: "show", span: { startMs: span.startMs, endMs: span.endMs } });
    },
    follow(spanMs) {
      if (!(spanMs > 0)) throw new RangeError(`A plot shows more than ${spanMs} ms.`);
      say({ type: "follow", spanMs });
    },
    resize,
    colours(colours) {
      toPaints({ ...LIGHT, ...colours }, 1);
      say({ type: "colours", colours });
    },
    async drawn() {
      await ask("drawn");
    },
    toPng: async () => (await ask("png")) as Blob,
    close() {
      drawing.close();
      end(new Error("The plot was closed."));
    },
  };
}

interface Drawing {
  handle(command: PlotCommand): void;
  close(): void;
}

/**
 * Draws in a worker if that can, else here. Commands wait until that is known.
 *
 * @param onfailed The worker broke while it drew: its canvas cannot be had back, so that is the end.
 */
function startDrawing(
  canvas: HTMLCanvasElement,
  options: PlotOptions,
  answer: (answer: PlotAnswer) => void,
  onfailed: (cause: Error) => void,
): Drawing {
  if (typeof Worker !== "function" || !("transferControlToOffscreen" in canvas))
    return drawHere(canvas, options, answer);
  let early: PlotCommand[] | undefined = [];
  let drawing: Drawing | undefined;
  const begin = (chosen: Drawing) => {
    drawing = chosen;
    for (const command of early ?? []) chosen.handle(command);
    early = undefined;
  };

  let worker: Worker;
  try {
    worker = new Worker(new URL("./plot-worker.js", import.meta.url), { type: "module" });
  } catch {
    // Browsers refuse workers of another origin, such as that of a server for packages.
    return drawHere(canvas, options, answer);
  }
  const leave = () => {
    clearTimeout(timer);
    // What it had already said may still arrive, and must not begin anything.
    worker.onmessage = worker.onerror = null;
    worker.terminate();
  };
  const drawHereInstead = () => {
    leave();
    try {
      begin(drawHere(canvas, options, answer));
    } catch (cause) {
      early = undefined;
      onfailed(cause as Error);
    }
  };
  const timer = setTimeout(drawHereInstead, START_TIMEOUT_MS);
  worker.onerror = ({ message }) => {
    if (!drawing) return drawHereInstead();
    leave();
    onfailed(new Error(`The plot's worker failed: ${message}`));
  };
  worker.onmessage = ({ data }: MessageEvent<WorkerReady | PlotAnswer>) => {
    if (data.type !== "ready") return answer(data);
    if (!data.canDraw) return drawHereInstead();
    clearTimeout(timer);
    const offscreen = canvas.transferControlToOffscreen();
    worker.postMessage({ type: "open", canvas: offscreen, options } satisfies OpenPlot, [offscreen]);
    begin({ handle: (command) => worker.postMessage(copied(command)), close: () => worker.terminate() });
  };
  return {
    handle(command) {
      if (drawing) drawing.handle(command);
      else early?.push(copied(command));
    },
    close() {
      early = undefined;
      leave();
      drawing?.close();
    },
  };
}

/**
 * The command with values of its own: the caller may use the array again. A view of a large buffer would otherwise take
 * all of the buffer to the worker.
 */
function copied(command: PlotCommand): PlotCommand {
  if (command.type !== "append") return command;
  const { values } = command;
  return { ...command, values: values instanceof Float32Array ? values.slice() : Float64Array.from(values) };
}

function drawHere(canvas: HTMLCanvasElement, options: PlotOptions, answer: (answer: PlotAnswer) => void): Drawing {
  const surface = canvasSurface(canvas);
  if (!surface) throw new Error("This browser has no 2D canvas to draw a plot on.");
  return new LivePlot(options, { surface, requestFrame, answer, now: () => performance.now() });
}

function checkOptions({ lanes, colours, followMs = 1 }: PlotOptions): void {
  if (lanes.length === 0) throw new RangeError("A plot has one lane at least.");
  for (const lane of lanes) {
    const perMoment = valuesPerMoment(lane);
    if (!Number.isInteger(perMoment) || perMoment < 1)
      throw new RangeError(`A lane has 1 row or more, not ${perMoment}.`);
    const steps = lane.kind === "traces" ? [lane.intervalMs] : [lane.hopMs, lane.windowMs];
    const wrong = [...steps, lane.share ?? 1].find((each) => !(each > 0 && each < Infinity));
    if (wrong !== undefined) throw new RangeError(`A lane's times and its share are above 0, not ${wrong}.`);
  }
  if (!(followMs > 0)) throw new RangeError(`A plot shows more than ${followMs} ms.`);
  toPaints({ ...LIGHT, ...colours }, 1);
}

function checkValues(lane: LaneOptions | undefined, index: number, values: ArrayLike<number>): void {
  if (!lane) throw new RangeError(`There is no lane ${index}.`);
  const perMoment = valuesPerMoment(lane);
  if (values.length % perMoment !== 0) {
    throw new RangeError(`${values.length} values are not whole moments of ${perMoment}.`);
  }
  if (lane.kind !== "band") return;
  for (let i = 0; i < values.length; i++) {
    const code = values[i] as number;
    if (Number.isNaN(code) || (Number.isInteger(code) && code >= 0 && code < NO_CODE)) continue;
    throw new RangeError(`${code} is not a code of 0 to ${NO_CODE - 1}, or NaN.`);
  }
}
