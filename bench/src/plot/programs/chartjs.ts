import { Chart, Decimation, LinearScale, LineController, LineElement, PointElement } from "chart.js";

import { drive, nextFrame } from "./drive.ts";
import { inRow } from "./rows.ts";
import { SERIES } from "./series.ts";

Chart.register(Decimation, LinearScale, LineController, LineElement, PointElement);

// Points as objects: the only form of data that it decimates.
const rows = Array.from({ length: SERIES }, () => [] as { x: number; y: number }[]);
let length = 0;
const canvas = document.createElement("canvas");
canvas.width = 1200;
canvas.height = 400;
document.body.append(canvas);
let chart: Chart | undefined;

drive({
  append(values) {
    rows.forEach((row, series) => row.push({ x: length, y: inRow(series, values[series] ?? NaN) }));
    length++;
  },
  async show(from, to) {
    // Only now: before there is something to decimate it hears of every point that is added, and then it takes minutes.
    chart ??= createChart();
    chart.options.scales = { ...chart.options.scales, x: { type: "linear", display: false, min: from, max: to } };
    chart.update("none");
    await nextFrame();
  },
});

function createChart(): Chart {
  return new Chart(canvas, {
    type: "line",
    options: {
      animation: false,
      responsive: false,
      parsing: false,
      normalized: true,
      events: [],
      elements: { point: { radius: 0 }, line: { borderWidth: 1, borderColor: "#15181a" } },
      scales: {
        x: { type: "linear", display: false },
        y: { type: "linear", display: false, min: 0, max: SERIES },
      },
      plugins: { decimation: { enabled: true, algorithm: "min-max" } },
    },
    data: { datasets: rows.map((data) => ({ data })) },
  });
}
