import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { bytes, readAll } from "./contract-reading.ts";
import { describeRunLog } from "./contract.ts";
import { hasRedisServer, RedisProcess, SAFE_SETTINGS } from "./redis-process.ts";
import { RedisNotSafeError } from "./redis-safety.ts";
import { openRedisRunLog, type RedisRunLogOptions } from "./redis.ts";
import { RunLogUnavailableError, type RunLog } from "./run-log.ts";

let prefixes = 0;
const newPrefix = () => `test-${++prefixes}:`;

describe.skipIf(!hasRedisServer)("with a redis-server (skipped when there is none on PATH)", () => {
  let redis: RedisProcess;

  beforeAll(async () => {
    redis = await RedisProcess.start();
  });

  afterAll(() => redis.remove());

  describeRunLog("openRedisRunLog", () => openRedisRunLog(redis.url, { prefix: newPrefix() }));

  /** Opens a run log with a prefix of its own, and closes it after the test. */
  async function withLogs(test: (logs: RunLog) => Promise<void>, options: RedisRunLogOptions = {}): Promise<void> {
    const logs = await openRedisRunLog(redis.url, { prefix: newPrefix(), ...options });
    try {
      await test(logs);
    } finally {
      await logs.close();
    }
  }

  describe("openRedisRunLog at start", () => {
    it("refuses a Redis as it comes, and says what to set", async () => {
      const careless = await RedisProcess.start(["--maxmemory-policy", "allkeys-lru"]);

      const opened = openRedisRunLog(careless.url);

      await expect(opened).rejects.toThrow(RedisNotSafeError);
      await expect(opened).rejects.toThrow(/set "appendonly yes"\. .*set "maxmemory-policy noeviction"/);
      await careless.remove();
    });

    it("gives up when nobody is there", async () => {
      const gone = await RedisProcess.start();
      await gone.remove();

      const opened = openRedisRunLog(gone.url, { giveUpAfterMs: 1_000 });

      await expect(opened).rejects.toThrow(RunLogUnavailableError);
      await expect(opened).rejects.toThrow(/no answer within 1 s \(.*ECONNREFUSED/);
    });

    it("tells no password in any error", async () => {
      const guarded = await RedisProcess.start([...SAFE_SETTINGS, "--requirepass", "right"]);
      const secret = "s3cr%2Ft";
      // A refusal comes when Redis has answered; only where nobody is there does the time run out.
      const attempts: [url: string, giveUpAfterMs: number][] = [
        [guarded.url.replace("//", `//:${secret}@`), 30_000],
        [guarded.url.replace("//", `//me:${secret}@`), 30_000],
        [`redis://:${secret}@127.0.0.1:1`, 200],
        [`redis://:${secret}@127.0.0.1:port`, 200],
        [`http://:${secret}@127.0.0.1`, 200],
      ];

      const errors: unknown[] = [];
      for (const [url, giveUpAfterMs] of attempts) {
        await openRedisRunLog(url, { giveUpAfterMs }).catch((error: unknown) => errors.push(error));
      }

      expect(errors.map((error) => (error as Error).name)).toEqual([
        "RunLogUnavailableError",
        "RunLogUnavailableError",
        "RunLogUnavailableError",
        "TypeError",
        "TypeError",
      ]);
      for (const error of errors.slice(0, 2)) expect(String(error)).toContain("WRONGPASS");
      for (const error of errors) {
        expect(`${String(error)} ${JSON.stringify(error)} ${(error as Error).stack}`).not.toMatch(/s3cr/);
      }
      const logs = await openRedisRunLog(guarded.url.replace("//", "//:right@"));
      await logs.open("a");
      await logs.close();
      await guarded.remove();
    });
  });

  describe("openRedisRunLog with several processes", () => {
    it("shows each what the others have written, and tells their watchers", async () => {
      const prefix = newPrefix();
      const [one, other] = [await openRedisRunLog(redis.url, { prefix }), await openRedisRunLog(redis.url, { prefix })];
      await one.open("a");
      const seen: number[] = [];
      const end = other.watch("a", () => void readAll(other, "a").then(({ next }) => seen.push(next)));

      await one.append([{ log: "a", at: 0, entries: [bytes(1)] }]);
      await expect.poll(() => seen.at(-1), { timeout: 3_000 }).toBe(1);
      const fence = await one.lease("a", { holder: "one", ttlMs: 60_000 });

      expect(fence).toBeGreaterThan(0);
      expect(await other.lease("a", { holder: "other", ttlMs: 60_000 })).toBeUndefined();
      end();
      await one.close();
      await other.close();
    });

    it("keeps run logs of different prefixes apart", async () => {
      await withLogs(async (one) => {
        await one.open("a");
        await withLogs(async (other) => {
          expect(await other.stat("a")).toBeUndefined();
          expect(await other.list({ prefix: "", limit: 9 })).toEqual([]);
        });
      });
    });

    it("finds logs of a prefix among thousands of others", async () => {
      await withLogs(async (logs) => {
        await logs.open("run-old");
        await Promise.all(Array.from({ length: 2_500 }, (_, i) => logs.open(`ticket-${i}`)));
        await logs.open("run-new");

        const found = await logs.list({ prefix: "run-", limit: 5 });

        expect(found.map(({ log }) => log)).toEqual(["run-new", "run-old"]);
      });
    });
  });

  it("rejects operations after it was closed", async () => {
    const logs = await openRedisRunLog(redis.url, { prefix: newPrefix() });
    await logs.close();

    await expect(logs.stat("a")).rejects.toThrow("the run log is closed");
  });
});
