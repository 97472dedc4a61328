import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

import { openRedisRunLog } from "./redis.ts";
import type { RunLog } from "./run-log.ts";

/** A run log whose Redis can be made to do what it is asked and yet never answer. */
export interface MutedRunLog {
  readonly logs: RunLog;
  /** From now on, on the connections that there are. */
  muteAnswers(): void;
  /** Ends the connections that there are; new ones have nothing wrong with them. */
  cut(): void;
  close(): Promise<void>;
}

export async function openThroughMute(redisUrl: string): Promise<MutedRunLog> {
  const { hostname, port } = new URL(redisUrl);
  const pairs = new Set<{ readonly client: Socket; readonly redis: Socket }>();
  const server = createServer((client) => {
    const redis = connect(Number(port), hostname);
    const pair = { client, redis };
    pairs.add(pair);
    for (const [socket, other] of [
      [client, redis],
      [redis, client],
    ] as const) {
      socket.on("error", () => undefined);
      socket.on("data", (chunk) => other.write(chunk));
      socket.on("close", () => {
        other.destroy();
        pairs.delete(pair);
      });
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const logs = await openRedisRunLog(`redis://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return {
    logs,
    muteAnswers() {
      for (const { redis } of pairs) redis.removeAllListeners("data").resume();
    },
    cut() {
      for (const { client } of pairs) client.destroy();
    },
    async close() {
      await logs.close();
      server.close();
    },
  };
}
