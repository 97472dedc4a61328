import { setTimeout as pause } from "node:timers/promises";
import { onTestFinished } from "vitest";

import { FakeStudio } from "./fake-studio.ts";
import { startLoadBalancer } from "./load-balancer.ts";
import { RedisProcess } from "./redis-process.ts";
import { readMetric } from "./server-figures.ts";
import { createServer, type ServerProcess } from "./server-process.ts";
import { startRun } from "./server-runs.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Three servers on one Redis, behind one load balancer. */
export interface ReplicaSet {
  readonly studio: FakeStudio;
  readonly redis: RedisProcess;
  readonly servers: readonly ServerProcess[];
  readonly balancer: Awaited<ReturnType<typeof startLoadBalancer>>;
}

/** @param redisUrl How the servers reach Redis, when that is not directly. */
export async function startReplicas(redisUrl?: (redis: RedisProcess) => Promise<string>): Promise<ReplicaSet> {
  const studio = await FakeStudio.start();
  onTestFinished(() => studio.close());
  const redis = await RedisProcess.start();
  const env = { WINDOWSCOPE_RUNLOG: (await redisUrl?.(redis)) ?? redis.url };
  const servers: ServerProcess[] = [];
  for (let i = 0; i < 3; i++)
    servers.push(await createServer({ studioUrl: studio.url, env, folder: temporaryFolder() }));
  await Promise.all(servers.map((server) => server.start()));
  const balancer = await startLoadBalancer(servers.map(({ port }) => port));
  return { studio, redis, servers, balancer };
}

/** The server that works on a run right now; waits until one does. */
export async function findIngesting(servers: readonly ServerProcess[], timeoutMs: number): Promise<ServerProcess> {
  const untilMs = performance.now() + timeoutMs;
  for (;;) {
    const active = await Promise.all(
      servers.map((server) => readMetric(server.url, "windowscope_active_runs").catch(() => 0)),
    );
    const found = servers.find((_server, i) => (active[i] ?? 0) > 0);
    if (found) return found;
    if (performance.now() > untilMs) throw new Error("No server works on a run.");
    await pause(5);
  }
}

/** Asks for one run after the other, whatever goes wrong, until told to stop. */
export function keepAsking(
  { studio, balancer }: Pick<ReplicaSet, "studio" | "balancer">,
  everyMs: number,
): { readonly stop: () => Promise<{ runId: string; sampleId: number }[]> } {
  const runs: { runId: string; sampleId: number }[] = [];
  let isStopped = false;
  const asking = (async () => {
    while (!isStopped) {
      const sampleId = studio.addSample(64);
      // During an outage nobody can start a run; who asked has been told so.
      await startRun(balancer.url, sampleId).then(
        (runId) => runs.push({ runId, sampleId }),
        () => undefined,
      );
      await pause(everyMs);
    }
  })();
  return {
    async stop() {
      isStopped = true;
      await asking;
      return runs;
    },
  };
}
