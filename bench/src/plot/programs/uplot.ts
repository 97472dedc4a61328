import uPlot from "uplot";

import { drive, nextFrame } from "./drive.ts";
import { GrowingRows } from "./rows.ts";
import { SERIES } from "./series.ts";

const data = new GrowingRows();
const root = document.createElement("div");
document.body.append(root);
const chart = new uPlot(
  {
    width: 1200,
    height: 400,
    legend: { show: false },
    cursor: { show: false },
    axes: [{ show: false }, { show: false }],
    scales: { x: { time: false, auto: false }, y: { auto: false, range: [0, SERIES] } },
    series: [{}, ...Array.from({ length: SERIES }, () => ({ stroke: "#15181a", width: 1, points: { show: false } }))],
  },
  [data.x, ...data.rows],
  root,
);
let shown = 0;

drive({
  append: (values) => data.append(values),
  async show(from, to) {
    chart.batch(() => {
      if (shown !== data.length) chart.setData([data.x, ...data.rows], false);
      shown = data.length;
      chart.setScale("x", { min: from, max: to });
    });
    await nextFrame();
  },
});
