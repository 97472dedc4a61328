import type { Bench } from "../bench.ts";
import { measureBundles } from "./bundle-size.ts";
import { measureWaits } from "./job-wait.ts";

/** The SDK, beside Edge Impulse's own Node client. */
export const bench: Bench = {
  peers: ["edge-impulse-api", "esbuild"],
  async measure({ isQuick, log }) {
    return [
      ...(await measureWaits({ jobsMs: isQuick ? [200] : [200, 1_000, 3_000], rounds: isQuick ? 2 : 7, log })),
      ...(await measureBundles(log)),
    ];
  },
};
