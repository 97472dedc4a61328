import { Codes } from "../data/codes.ts";
import { Scores } from "../data/scores.ts";
import { Trace } from "../data/trace.ts";
import { WindowTimes } from "../data/window-times.ts";
import { drawAnomaly } from "../lanes/anomaly.ts";
import { drawBand } from "../lanes/band.ts";
import type { LaneStyle } from "../lanes/placed.ts";
import { drawRibbon, drawScoreLines } from "../lanes/ribbon.ts";
import { drawTraces } from "../lanes/traces.ts";
import { mixColours, packColour, type Colour } from "../pixels/colour.ts";
import type { Box, PixelImage } from "../pixels/pixel-image.ts";
import { createRamp, type Ramp } from "../pixels/ramp.ts";
import type { TimeScale } from "../time/time-scale.ts";
import { NO_CODE, type LaneOptions, type PlotColours } from "./plot-options.ts";

/** Colours ready for drawing. */
export interface Paints extends LaneStyle {
  readonly panel: Colour;
  readonly ink: Colour;
  readonly line: Colour;
  readonly classes: readonly Colour[];
  readonly ramp: Ramp;
  readonly anomaly: Colour;
  readonly hatch: Colour;
}

/** @throws {RangeError} when a colour is not `#rrggbb`, or there are too few. */
export function toPaints(colours: PlotColours, pixelRatio: number): Paints {
  const [panel, anomaly] = [packColour(colours.panel), packColour(colours.anomaly)];
  if (colours.classes.length === 0) throw new RangeError("There must be one class colour at least.");
  return {
    panel,
    ink: packColour(colours.ink),
    line: packColour(colours.line),
    classes: Array.from({ length: NO_CODE }, (_, code) =>
      packColour(colours.classes[code % colours.classes.length] as string),
    ),
    ramp: createRamp(colours.ramp),
    anomaly,
    hatch: mixColours(panel, anomaly, 40),
    pixelRatio,
  };
}

/** A lane's data and how it is drawn. */
export interface LiveLane {
  /** How far its data goes, ms; 0 while there is none. */
  readonly endMs: number;
  append(values: ArrayLike<number>): void;
  draw(image: PixelImage, box: Box, scale: TimeScale, paints: Paints): void;
}

export function createLane(options: LaneOptions): LiveLane {
  switch (options.kind) {
    case "traces":
      return tracesLane(options.series, options.intervalMs);
    case "ribbon": {
      const scores = new Scores(options.rows);
      return windowsLane(options, scores, (image, box, scale, times, paints) =>
        drawRibbon(image, box, scale, [{ fromMs: 0, content: { times, scores } }], paints.ramp, paints),
      );
    }
    case "score-lines": {
      const scores = new Scores(options.rows);
      return windowsLane(options, scores, (image, box, scale, times, paints) =>
        drawScoreLines(image, box, scale, [{ fromMs: 0, content: { times, scores } }], {
          colours: paints.classes,
          line: paints.line,
          pixelRatio: paints.pixelRatio ?? 1,
        }),
      );
    }
    case "band": {
      const codes = new Codes();
      const content = {
        get length() {
          return codes.length;
        },
        append: (values: ArrayLike<number>) =>
          codes.append(Uint8Array.from(values, (code) => (Number.isNaN(code) ? NO_CODE : code))),
      };
      return windowsLane(options, content, (image, box, scale, times, paints) =>
        drawBand(image, box, scale, [{ fromMs: 0, content: { times, codes } }], {
          colours: paints.classes,
          panel: paints.panel,
          pixelRatio: paints.pixelRatio ?? 1,
        }),
      );
    }
    case "anomaly": {
      const values = new Trace();
      return windowsLane(options, values, (image, box, scale, times, paints) =>
        drawAnomaly(image, box, scale, [{ fromMs: 0, content: { times, values } }], options.limit, {
          line: paints.anomaly,
          limit: paints.anomaly,
          hatch: paints.hatch,
          pixelRatio: paints.pixelRatio ?? 1,
        }),
      );
    }
    default:
      return options satisfies never;
  }
}

function tracesLane(series: number, intervalMs: number): LiveLane {
  const traces = Array.from({ length: series }, () => new Trace());
  const axes = traces.map((trace) => [{ fromMs: 0, content: { trace, intervalMs } }]);
  return {
    get endMs() {
      return (traces[0]?.length ?? 0) * intervalMs;
    },
    append(values) {
      traces.forEach((trace, i) => trace.append(values, i, series));
    },
    draw: (image, box, scale, { ink, pixelRatio = 1 }) => drawTraces(image, box, scale, axes, { ink, pixelRatio }),
  };
}

function windowsLane(
  { windowMs, hopMs }: { readonly windowMs: number; readonly hopMs: number },
  content: { readonly length: number; append(values: ArrayLike<number>): void },
  draw: (image: PixelImage, box: Box, scale: TimeScale, times: WindowTimes, paints: Paints) => void,
): LiveLane {
  const times = new WindowTimes();
  return {
    get endMs() {
      return times.length > 0 ? times.endMs(times.length - 1) : 0;
    },
    append(values) {
      content.append(values);
      const first = times.length;
      const starts = Float64Array.from({ length: content.length - first }, (_, i) => (first + i) * hopMs);
      times.append(
        starts,
        starts.map((startMs) => startMs + windowMs),
      );
    },
    draw: (image, box, scale, paints) => draw(image, box, scale, times, paints),
  };
}
