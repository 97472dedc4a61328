import type { Bench } from "../bench.ts";
import { measureLoad } from "./load.ts";
import { measureManySamples } from "./many-samples.ts";
import { measureWholePath } from "./whole-path.ts";

/** The local Studio: under load, with very many samples, and on the way from a recording to its windows. */
export const bench: Bench = {
  peers: ["@windowscope/studio", "@windowscope/sdk"],
  async measure({ isQuick, log }) {
    const load = isQuick
      ? { uploads: 10, classifications: 5, testSet: 20 }
      : { uploads: 50, classifications: 20, testSet: 150 };
    return [
      ...(await measureLoad(load, log)),
      ...(await measureManySamples(isQuick ? 5_000 : 100_000, log)),
      ...(await measureWholePath(isQuick ? 3 : 7, log)),
    ];
  },
};
