import type { Bench } from "../bench.ts";
import { measureParts } from "./parts.ts";
import { measurePeers } from "./peers.ts";

/** The engine: what a window costs, part by part, and its classifier beside other runtimes for JavaScript. */
export const bench: Bench = {
  peers: ["onnxruntime-web", "@tensorflow/tfjs"],
  async measure({ isQuick, log }) {
    const rounds = isQuick ? 500 : 5_000;
    return [...(await measureParts(rounds, log)), ...(await measurePeers(isQuick ? 50 : 500, log))];
  },
};
