import { LineChart } from "echarts/charts";
import { DatasetComponent, DataZoomInsideComponent, GridComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

import { drive, nextFrame } from "./drive.ts";
import { GrowingRows } from "./rows.ts";
import { SERIES } from "./series.ts";

use([LineChart, GridComponent, DatasetComponent, DataZoomInsideComponent, CanvasRenderer]);

const data = new GrowingRows();
const root = document.createElement("div");
root.style.cssText = "width:1200px;height:400px";
document.body.append(root);
const chart = init(root);
chart.setOption({
  animation: false,
  grid: { left: 0, right: 0, top: 0, bottom: 0 },
  xAxis: { type: "value", show: false, min: "dataMin", max: "dataMax" },
  yAxis: { type: "value", show: false, min: 0, max: SERIES },
  dataZoom: [{ type: "inside", filterMode: "filter" }],
  series: Array.from({ length: SERIES }, (_, series) => ({
    type: "line",
    // Keeps the lowest and the highest value of each pixel, and is faster than drawing every point.
    sampling: "minmax",
    showSymbol: false,
    silent: true,
    lineStyle: { width: 1, color: "#15181a" },
    encode: { x: "x", y: `row ${series}` },
  })),
});
let shown = 0;

drive({
  append: (values) => data.append(values),
  async show(from, to) {
    if (shown !== data.length) {
      // All of it: what is appended by `appendData` is not sampled.
      const source: Record<string, Float64Array> = { x: data.x };
      data.rows.forEach((row, series) => (source[`row ${series}`] = row));
      chart.setOption({ dataset: { source } });
    }
    shown = data.length;
    chart.dispatchAction({ type: "dataZoom", startValue: from, endValue: to });
    chart.getZr().flush();
    await nextFrame();
  },
});
