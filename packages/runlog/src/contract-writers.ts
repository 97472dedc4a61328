import { expect, it, describe } from "vitest";

import { bytes, readAll } from "./contract-reading.ts";
import { AppendConflictError, FencedError, NoSuchLogError, type RunLog } from "./run-log.ts";

/** What every log promises to writers that compete. */
export function describeWriters(open: () => RunLog): void {
  describe("lease", () => {
    it("gives a log to one holder, who keeps the fence when asking again", async () => {
      const logs = open();
      await logs.open("a");

      const fence = await logs.lease("a", { holder: "me", ttlMs: 60_000 });

      expect(fence).toBeGreaterThan(0);
      expect(await logs.lease("a", { holder: "me", ttlMs: 60_000 })).toBe(fence);
      expect(await logs.lease("a", { holder: "other", ttlMs: 60_000 })).toBeUndefined();
    });

    it("goes to another under a higher fence once its time is over", async () => {
      const logs = open();
      await logs.open("a");
      const mine = (await logs.lease("a", { holder: "me", ttlMs: 1 })) ?? NaN;

      const others = expect.poll(() => logs.lease("a", { holder: "other", ttlMs: 60_000 }), { interval: 5 });

      await others.toBeGreaterThan(mine);
    });

    it("is taken by force, and given back, at once and under a higher fence", async () => {
      const logs = open();
      await logs.open("a");
      const first = (await logs.lease("a", { holder: "me", ttlMs: 60_000 })) ?? NaN;

      const second = (await logs.lease("a", { holder: "other", ttlMs: 60_000, force: true })) ?? NaN;
      await logs.release("a", "me");
      expect(await logs.lease("a", { holder: "me", ttlMs: 60_000 })).toBeUndefined();
      await logs.release("a", "other");
      const third = await logs.lease("a", { holder: "me", ttlMs: 60_000 });

      expect(second).toBeGreaterThan(first);
      expect(third).toBeGreaterThan(second);
    });

    it("is of one log, and needs that", async () => {
      const logs = open();
      await logs.open("a");
      await logs.open("b");
      await logs.lease("a", { holder: "me", ttlMs: 60_000 });

      expect(await logs.lease("b", { holder: "other", ttlMs: 60_000 })).toBeGreaterThan(0);
      await expect(logs.lease("z", { holder: "me", ttlMs: 60_000 })).rejects.toThrow(NoSuchLogError);
      await logs.release("z", "me");
    });

    it("outlives a restart of the log, but not the log", async () => {
      const logs = open();
      await logs.open("a");
      const fence = (await logs.lease("a", { holder: "me", ttlMs: 60_000 })) ?? NaN;

      await logs.restart("a");
      expect(await logs.lease("a", { holder: "other", ttlMs: 60_000 })).toBeUndefined();
      await logs.delete("a");
      await logs.open("a");

      expect(await logs.lease("a", { holder: "other", ttlMs: 60_000 })).toBeGreaterThan(fence);
    });
  });

  describe("append under a fence", () => {
    it("refuses who has lost the lease, and stores nothing of it in any log", async () => {
      const logs = open();
      await logs.open("a");
      await logs.open("b");
      const mine = (await logs.lease("a", { holder: "me", ttlMs: 60_000 })) ?? NaN;
      await logs.append([{ log: "a", at: 0, entries: [bytes(1)], fence: mine }]);
      const others = (await logs.lease("a", { holder: "other", ttlMs: 60_000, force: true })) ?? NaN;

      const late = logs.append([
        { log: "b", at: 0, entries: [bytes(9)], meta: "changed" },
        { log: "a", at: 1, entries: [bytes(9)], fence: mine },
      ]);

      await expect(late).rejects.toThrow(FencedError);
      await expect(late).rejects.toMatchObject({ log: "a", fence: mine, current: others });
      expect(await logs.stat("b")).toMatchObject({ next: 0, meta: undefined });
      await logs.append([{ log: "a", at: 1, entries: [bytes(2)], fence: others }]);
      expect([...(await readAll(logs, "a")).bytes]).toEqual([1, 2]);
    });

    it("still refuses after the other has given the lease back", async () => {
      const logs = open();
      await logs.open("a");
      const mine = (await logs.lease("a", { holder: "me", ttlMs: 60_000 })) ?? NaN;
      await logs.lease("a", { holder: "other", ttlMs: 60_000, force: true });
      await logs.release("a", "other");

      const late = logs.append([{ log: "a", at: 0, entries: [bytes(9)], fence: mine }]);

      await expect(late).rejects.toThrow(FencedError);
    });

    it("lets in who does not ask for a lease, and who has let its time pass without anybody taking over", async () => {
      const logs = open();
      await logs.open("a");
      const fence = (await logs.lease("a", { holder: "me", ttlMs: 0 })) ?? NaN;

      await logs.append([{ log: "a", at: 0, entries: [bytes(1)] }]);
      await logs.append([{ log: "a", at: 1, entries: [bytes(2)], fence }]);

      expect(await logs.stat("a")).toMatchObject({ next: 2 });
    });
  });

  describe("restart under a fence", () => {
    it("empties the log for who has the lease", async () => {
      const logs = open();
      const { epoch } = await logs.open("a");
      const fence = (await logs.lease("a", { holder: "me", ttlMs: 60_000 })) ?? NaN;
      await logs.append([{ log: "a", at: 0, entries: [bytes(1)], fence }]);

      const restarted = await logs.restart("a", fence);

      expect(restarted).toMatchObject({ next: 0, isSealed: false });
      expect(restarted.epoch).not.toBe(epoch);
    });

    it("refuses who has lost the lease, and leaves a finished log as it is", async () => {
      const logs = open();
      await logs.open("a");
      const mine = (await logs.lease("a", { holder: "me", ttlMs: 60_000 })) ?? NaN;
      const others = (await logs.lease("a", { holder: "other", ttlMs: 60_000, force: true })) ?? NaN;
      await logs.append([{ log: "a", at: 0, entries: [bytes(1)], fence: others, seal: true }]);
      await logs.release("a", "other");
      const before = await logs.stat("a");

      const late = logs.restart("a", mine);

      await expect(late).rejects.toThrow(FencedError);
      await expect(late).rejects.toMatchObject({ log: "a", fence: mine, current: others });
      expect(await logs.stat("a")).toEqual(before);
      expect([...(await readAll(logs, "a")).bytes]).toEqual([1]);
      await expect(logs.restart("z", mine)).rejects.toThrow(NoSuchLogError);
    });
  });

  describe("append by several writers", () => {
    it("gives every position to one of them", async () => {
      const logs = open();
      await logs.open("a");
      const batches = 500;
      const stored = new Map<number, number>();

      async function write(writer: number): Promise<void> {
        for (let at = 0; stored.size < batches;) {
          try {
            await logs.append([{ log: "a", at, entries: [bytes(writer), bytes(at >> 8, at & 255)] }]);
            expect(stored.has(at)).toBe(false);
            stored.set(at, writer);
            at += 2;
          } catch (error) {
            if (!(error instanceof AppendConflictError)) throw error;
            at = error.next;
          }
        }
      }
      await Promise.all([write(1), write(2)]);

      const slice = await readAll(logs, "a");
      const positions = [...stored.keys()].sort((a, b) => a - b);
      expect(slice.next).toBe(2 * stored.size);
      expect(positions).toEqual(positions.map((_, i) => 2 * i));
      expect([...slice.bytes]).toEqual(positions.flatMap((at) => [stored.get(at), at >> 8, at & 255]));
    });

    it("refuses only those that are too late, when they come all at once", async () => {
      const logs = open();
      for (const log of ["a", "b", "c"]) await logs.open(log);

      const outcomes = await Promise.allSettled([
        logs.append([{ log: "a", at: 0, entries: [bytes(1)] }]),
        logs.append([
          { log: "b", at: 0, entries: [bytes(8)] },
          { log: "a", at: 0, entries: [bytes(9)] },
        ]),
        logs.append([{ log: "c", at: 0, entries: [bytes(3)] }]),
        logs.append([{ log: "a", at: 1, entries: [bytes(4)] }]),
      ]);

      expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
      expect([...(await readAll(logs, "a")).bytes]).toEqual([1, 4]);
      expect(await logs.stat("b")).toMatchObject({ next: 0 });
      expect(await logs.stat("c")).toMatchObject({ next: 1 });
    });

    it("happens before what is asked for after it", async () => {
      const logs = open();
      await logs.open("a");

      const appended = logs.append([{ log: "a", at: 0, entries: [bytes(1)] }]);
      const [after] = await Promise.all([logs.restart("a"), appended]);

      expect(after).toMatchObject({ next: 0 });
      expect(await logs.stat("a")).toMatchObject({ next: 0, epoch: after.epoch });
    });

    it("refuses a log that is named twice", async () => {
      const logs = open();
      await logs.open("a");
      const twice = { log: "a", at: 0, entries: [bytes(1)] };

      await expect(logs.append([twice, twice])).rejects.toThrow(RangeError);
      expect(await logs.stat("a")).toMatchObject({ next: 0 });
    });
  });
}
