import type { Bench } from "../bench.ts";
import type { Figure } from "../rows.ts";
import { measurePartsApart } from "./parts-apart.ts";
import { measurePeers } from "./peers.ts";

/** What Edge Impulse's C++ SDK needs for such a window, all of it. It was measured elsewhere and does not run here. */
const REFERENCE: readonly Figure[] = [
  { row: "reference from elsewhere, not measured here: C++ SDK, least", value: 27, unit: "us/window" },
  { row: "reference from elsewhere, not measured here: C++ SDK, most", value: 34, unit: "us/window" },
];

/** The engine: what a window costs, part by part, and its classifier beside other runtimes for JavaScript. */
export const bench: Bench = {
  peers: ["onnxruntime-web", "@tensorflow/tfjs"],
  async measure({ isQuick, log }) {
    const parts = await measurePartsApart(isQuick ? 500 : 5_000, log);
    return [...parts, ...REFERENCE, ...(await measurePeers(isQuick ? 50 : 500, log))];
  },
};
