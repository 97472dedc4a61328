import type { Bench } from "../bench.ts";
import { measureFirstLook } from "../page/first-look.ts";
import { measureLongDay } from "../page/long-day.ts";
import { measureLongRun } from "../page/long-run.ts";
import { measureRedraws } from "./redraw.ts";

/** The plot alone, beside other charts; and the page: opened, with a very long run, and over a long day. */
export const bench: Bench = {
  peers: ["uplot", "echarts", "chart.js", "playwright-core"],
  async measure({ isQuick, log }) {
    return [
      ...(await measureRedraws({
        rounds: isQuick ? 1 : 3,
        sizes: isQuick ? [100_000] : [100_000, 1_000_000, 10_000_000],
        leastMs: isQuick ? 500 : 2_000,
        log,
      })),
      ...(await measureFirstLook(isQuick ? 1 : 5, log)),
      ...(await measureLongRun({
        windows: isQuick ? 50_000 : 1_000_000,
        rounds: isQuick ? 1 : 3,
        panMs: isQuick ? 2_000 : 10_000,
        log,
      })),
      ...(await measureLongDay(isQuick ? 0.1 : 8, log)),
    ];
  },
};
