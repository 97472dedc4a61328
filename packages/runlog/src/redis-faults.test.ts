import { beforeEach, describe, expect, it } from "vitest";

import { bytes, readAll } from "./contract-reading.ts";
import { openThroughMute } from "./mute-proxy.ts";
import { hasRedisServer, RedisProcess, SAFE_SETTINGS } from "./redis-process.ts";
import { openRedisRunLog } from "./redis.ts";
import { NoSuchLogError, RunLogUnavailableError, RunLogWriteError, type RunLog } from "./run-log.ts";

describe.skipIf(!hasRedisServer)("openRedisRunLog when Redis fails (skipped without redis-server on PATH)", () => {
  let own: RedisProcess;
  let logs: RunLog;

  beforeEach(async () => {
    // With everysec, a Redis that still waits for its disk acknowledges before it has written.
    own = await RedisProcess.start([...SAFE_SETTINGS, "--appendfsync", "always"]);
    logs = await openRedisRunLog(own.url);
    await logs.open("a");
    return async () => {
      await logs.close();
      await own.remove();
    };
  });

  /** Several writers at once, each to two logs: whatever the answer, exactly what was acknowledged must be there. */
  async function writeThrough(faults: () => Promise<void>): Promise<void> {
    const stop = new AbortController();
    const writers = [0, 1, 2, 3].map(async (writer) => {
      const log = `writer-${writer}`;
      const index = `index-${writer}`;
      await logs.open(log);
      await logs.open(index);
      let at = 0;
      for (; !stop.signal.aborted; at++) {
        const entry = Buffer.from(`${writer} ${at}\n`);
        await logs.append([
          { log, at, entries: [entry] },
          { log: index, at, entries: [entry], meta: String(at) },
        ]);
      }
      return at;
    });
    const faulty = faults().finally(() => stop.abort());
    await Promise.allSettled([faulty, ...writers]);
    await faulty;
    const counts = await Promise.all(writers);

    for (const [writer, count] of counts.entries()) {
      const wanted = Array.from({ length: count }, (_, at) => `${writer} ${at}\n`).join("");
      expect(count).toBeGreaterThan(0);
      for (const log of [`writer-${writer}`, `index-${writer}`]) {
        const slice = await readAll(logs, log, 0, 1e9);
        expect(slice).toMatchObject({ next: count, isAtEnd: true });
        expect(Buffer.from(slice.bytes).toString()).toBe(wanted);
      }
      expect(await logs.stat(`index-${writer}`)).toMatchObject({ meta: String(count - 1) });
    }
  }

  it("stores what it acknowledges, and once, when Redis is killed in the middle of appends five times", async () => {
    await writeThrough(async () => {
      for (let kills = 0; kills < 5; kills++) {
        await someAppends();
        await own.kill();
        await own.start();
      }
      await someAppends();
    });
  }, 60_000);

  it("does so when connections are cut again and again", async () => {
    await writeThrough(async () => {
      for (let cuts = 0; cuts < 30; cuts++) {
        await someAppends();
        await own.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      }
      await someAppends();
    });
  }, 60_000);

  it("does so when Redis is silent for a while, and when it forgets its programs", async () => {
    await writeThrough(async () => {
      await someAppends();
      await own.command("CLIENT", "PAUSE", "1000", "ALL");
      await someAppends();
      await own.command("SCRIPT", "FLUSH");
      await someAppends();
    });
  }, 60_000);

  async function someAppends(): Promise<void> {
    const from = (await logs.stat("writer-0"))?.next ?? 0;
    await expect
      .poll(async () => (await logs.stat("writer-0"))?.next, { timeout: 15_000, interval: 5 })
      .toBeGreaterThan(from + 5);
  }

  it("does not append again what was stored though its answer got lost, even when others have gone on", async () => {
    const proxied = await openThroughMute(own.url);
    // Redis knows the program from now on: the muted connection does not have to hear that it does not.
    await logs.append([{ log: "a", at: 0, entries: [] }]);
    proxied.muteAnswers();
    const appended = proxied.logs.append([{ log: "a", at: 0, entries: [bytes(1)] }]);
    await expect.poll(async () => (await logs.stat("a"))?.next).toBe(1);
    await logs.append([{ log: "a", at: 1, entries: [bytes(2)], seal: true }]);

    proxied.cut();
    await appended;

    expect([...(await readAll(logs, "a")).bytes]).toEqual([1, 2]);
    await proxied.close();
  });

  it("gives up on a silent Redis after a while, on a new connection the next time", async () => {
    const impatient = await openRedisRunLog(own.url, { giveUpAfterMs: 1_000 });
    own.freeze(true);

    const [stat, append] = await Promise.allSettled([
      impatient.stat("a"),
      impatient.append([{ log: "a", at: 0, entries: [bytes(1)] }]),
    ]);

    expect(stat).toMatchObject({ reason: expect.any(RunLogUnavailableError) as Error });
    expect(append).toMatchObject({
      reason: expect.objectContaining({
        message: expect.stringContaining("it is connected, but silent") as string,
      }) as Error,
    });
    own.freeze(false);
    await expect.poll(() => impatient.stat("a").catch(() => undefined), { timeout: 5_000 }).toMatchObject({ log: "a" });
    await impatient.close();
  });

  it("gives up on a Redis that is gone after a while, and goes on when it is back", async () => {
    const impatient = await openRedisRunLog(own.url, { giveUpAfterMs: 1_000 });
    await own.kill();

    await expect(impatient.stat("a")).rejects.toThrow(RunLogUnavailableError);
    await own.start();

    await expect.poll(() => impatient.stat("a").catch(() => undefined), { timeout: 5_000 }).toMatchObject({ log: "a" });
    await impatient.close();
  });

  it("says that a log is gone when Redis has forgotten everything, and gives no number twice", async () => {
    const { number, epoch } = await logs.open("a");
    const fence = (await logs.lease("a", { holder: "me", ttlMs: 60_000 })) ?? NaN;
    let hints = 0;
    const end = logs.watch("a", () => void hints++);
    await expect.poll(() => hints, { timeout: 3_000 }).toBeGreaterThan(0);
    hints = 0;

    await own.command("FLUSHALL");

    await expect(logs.append([{ log: "a", at: 0, entries: [bytes(1)] }])).rejects.toThrow(NoSuchLogError);
    await expect(logs.read("a", { epoch, from: 0, maxBytes: 1 })).rejects.toThrow(NoSuchLogError);
    await expect(logs.trim("a", 0)).rejects.toThrow(NoSuchLogError);
    await expect(logs.restart("a")).rejects.toThrow(NoSuchLogError);
    await expect(logs.lease("a", { holder: "me", ttlMs: 1 })).rejects.toThrow(NoSuchLogError);
    expect(await logs.stat("a")).toBeUndefined();
    await expect.poll(() => hints, { timeout: 3_000 }).toBeGreaterThan(0);
    const again = await logs.open("a");
    expect(again.epoch).not.toBe(epoch);
    // Numbers follow the clock in quarters of a second; this test took longer than that.
    expect(again.number).toBeGreaterThan(number);
    expect(again.number).toBeLessThan(2 ** 32);
    expect(await logs.lease("a", { holder: "other", ttlMs: 1 })).toBeGreaterThan(fence);
    end();
  });

  it("tells watchers although the hint got lost", async () => {
    let next = 0;
    const end = logs.watch("a", () => void logs.stat("a").then((state) => (next = state?.next ?? -1)));
    await own.command("CLIENT", "KILL", "TYPE", "pubsub");

    await logs.append([{ log: "a", at: 0, entries: [bytes(1)] }]);

    await expect.poll(() => next, { timeout: 2_500 }).toBe(1);
    end();
  });

  it("refuses to write when memory is used up, keeps what it has, and goes on once there is room", async () => {
    await logs.open("b");
    await logs.append([{ log: "a", at: 0, entries: [bytes(1)], seal: true }]);
    await own.command("CONFIG", "SET", "maxmemory", "1");

    const append = logs.append([{ log: "b", at: 0, entries: [bytes(1)], meta: "changed" }]);

    await expect(append).rejects.toThrow(RunLogWriteError);
    await expect(append).rejects.toMatchObject({ cause: { message: expect.stringContaining("OOM") as string } });
    await expect(logs.open("c")).rejects.toThrow(RunLogWriteError);
    expect([...(await readAllOf("a")).bytes]).toEqual([1]);
    expect(await logs.stat("b")).toMatchObject({ next: 0, meta: undefined });
    await logs.trim("a", 1);
    await logs.delete("a");
    await own.command("CONFIG", "SET", "maxmemory", "0");
    await logs.append([{ log: "b", at: 0, entries: [bytes(2)] }]);
    expect([...(await readAll(logs, "b")).bytes]).toEqual([2]);
  });

  /** Unlike `readAll` without asking for the log to be there. */
  async function readAllOf(log: string) {
    const state = await logs.stat(log);
    const slice = await logs.read(log, { epoch: state?.epoch ?? "", from: 0, maxBytes: 1_000 });
    if (slice.type !== "slice") throw new Error("reset");
    return slice;
  }
});
