import type { Bench } from "../bench.ts";
import { measureBundles } from "./bundle-size.ts";
import { measureGenerators } from "./generators.ts";
import { measureWaits } from "./job-wait.ts";

/** The SDK and its generator, beside Edge Impulse's own Node client and two other generators. */
export const bench: Bench = {
  peers: ["edge-impulse-api", "oazapfts", "@hey-api/openapi-ts", "openapi-fetch", "typescript", "esbuild"],
  async measure({ isQuick, log }) {
    return [
      ...(await measureWaits({ jobsMs: isQuick ? [200] : [200, 1_000, 3_000], rounds: isQuick ? 2 : 7, log })),
      ...(await measureBundles(log)),
      // Two minutes of processor time, which no quick look can spare.
      ...(isQuick ? [] : await measureGenerators(log)),
    ];
  },
};
