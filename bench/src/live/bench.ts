import type { Bench } from "../bench.ts";
import { measureAppends } from "./append.ts";
import { measureBroadcasts } from "./broadcast.ts";
import { measureFirstWindow } from "./first-window.ts";
import { measureJoiners } from "./joiners.ts";
import { measureMemory } from "./memory.ts";

/** The live server: what a viewer costs and waits, beside other ways to send the same to many. */
export const bench: Bench = {
  peers: ["ws", "socket.io", "edge-impulse-api"],
  async measure({ isQuick, log }) {
    return [
      ...(await measureBroadcasts({ rounds: isQuick ? 1 : 5, seconds: isQuick ? 1 : 1.5, log })),
      ...(await measureMemory(isQuick ? 1 : 3, log)),
      ...(await measureAppends(isQuick ? 3 : 7, log)),
      ...(await measureJoiners({ rounds: isQuick ? 1 : 3, idleSeconds: isQuick ? 2 : 5, log })),
      ...(await measureFirstWindow({ jobs: isQuick ? 20 : 100, officialJobs: isQuick ? 3 : 15, log })),
    ];
  },
};
