import type { Bench } from "../bench.ts";
import { measurePartsApart } from "./parts-apart.ts";
import { measurePeers } from "./peers.ts";

/** The engine: what a window costs, part by part, and its classifier beside other runtimes for JavaScript. */
export const bench: Bench = {
  peers: ["onnxruntime-web", "@tensorflow/tfjs"],
  async measure({ isQuick, log }) {
    const parts = await measurePartsApart(isQuick ? 500 : 5_000, log);
    return [...parts, ...(await measurePeers(isQuick ? 50 : 500, log))];
  },
};
