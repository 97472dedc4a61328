// Draws three axes of a sensor that is not there, as their values come.
import { openPlot } from "@windowscope/plot";

const INTERVAL_MS = 16;

const canvas = document.querySelector("canvas");
const plot = openPlot(canvas, {
  lanes: [{ kind: "traces", series: 3, intervalMs: INTERVAL_MS }],
  followMs: 10_000,
});
new ResizeObserver(() => plot.resize()).observe(canvas);

const startedMs = performance.now();
let readings = 0;
setInterval(() => {
  // As many as there should be by now: a page in the background is asked less often.
  const wanted = Math.floor((performance.now() - startedMs) / INTERVAL_MS);
  const values = [];
  for (; readings < wanted; readings++) {
    for (const axis of [0, 1, 2]) values.push(Math.sin(readings / 20 + axis) + Math.random() / 10);
  }
  plot.append(0, new Float32Array(values));
}, 100);

document.querySelector("button").addEventListener("click", async () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await plot.toPng());
  link.download = "axes.png";
  link.click();
  URL.revokeObjectURL(link.href);
});
