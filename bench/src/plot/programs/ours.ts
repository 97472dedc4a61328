import { openPlot } from "@windowscope/plot";

import { drive } from "./drive.ts";
import { SERIES } from "./series.ts";

/** Values go to the worker in parts of so many, or when they are to be drawn. */
const MOST_WAITING = 8_192 * SERIES;

const canvas = document.createElement("canvas");
canvas.style.cssText = "display:block;width:1200px;height:400px";
document.body.append(canvas);

const plot = openPlot(canvas, { lanes: [{ kind: "traces", series: SERIES, intervalMs: 1 }] });
const waiting = new Float32Array(MOST_WAITING);
let count = 0;
const flush = () => {
  if (count > 0) plot.append(0, waiting.subarray(0, count));
  count = 0;
};

drive({
  append(values) {
    waiting.set(values, count);
    count += SERIES;
    if (count === MOST_WAITING) flush();
  },
  async show(from, to) {
    flush();
    plot.show({ startMs: from, endMs: to });
    await plot.drawn();
  },
});
