import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { bytes, readAll } from "./contract-reading.ts";
import { describeRetention } from "./contract-retention.ts";
import { describeSizes } from "./contract-sizes.ts";
import { describeWriters } from "./contract-writers.ts";
import { AppendConflictError, NoSuchLogError, type RunLog } from "./run-log.ts";

/** What every log promises; each implementation's test calls this. */
export function describeRunLog(name: string, open: () => Promise<RunLog>): void {
  // Hundreds of appends that each wait for a disk take seconds on a busy one.
  describe(name, { timeout: 30_000 }, () => {
    let logs: RunLog;

    beforeEach(async () => {
      logs = await open();
    });

    afterEach(async () => {
      await logs.close();
    });

    describeWriters(() => logs);
    describeSizes(() => logs);
    describeRetention(() => logs);

    describe("open", () => {
      it("creates an empty log, and finds it again", async () => {
        const created = await logs.open("a");

        expect(created).toMatchObject({ log: "a", first: 0, next: 0, isSealed: false, meta: undefined });
        expect(await logs.open("a")).toEqual(created);
      });

      it("gives each log its own number, and none twice", async () => {
        const a = await logs.open("a");
        const b = await logs.open("b");
        await logs.delete("b");
        const c = await logs.open("c");

        expect(b.number).toBeGreaterThan(a.number);
        expect(c.number).toBeGreaterThan(b.number);
      });
    });

    describe("append", () => {
      it("stores entries one after another, and the new meta with them", async () => {
        await logs.open("a");
        await logs.append([{ log: "a", at: 0, entries: [bytes(1), bytes(2, 2)], meta: "about a" }]);
        await logs.append([{ log: "a", at: 2, entries: [bytes(3)] }]);

        const slice = await readAll(logs, "a");
        expect([...slice.bytes]).toEqual([1, 2, 2, 3]);
        expect(slice).toMatchObject({ next: 3, isAtEnd: true, isSealed: false });
        expect(await logs.stat("a")).toMatchObject({ next: 3, meta: "about a" });
      });

      it("refuses an entry that is not the next one, and stores nothing of it", async () => {
        await logs.open("a");
        await logs.append([{ log: "a", at: 0, entries: [bytes(1)] }]);

        await expect(logs.append([{ log: "a", at: 0, entries: [bytes(9)] }])).rejects.toThrow(AppendConflictError);
        await expect(logs.append([{ log: "a", at: 2, entries: [bytes(9)] }])).rejects.toMatchObject({ at: 2, next: 1 });
        expect([...(await readAll(logs, "a")).bytes]).toEqual([1]);
      });

      it("writes to several logs or to none", async () => {
        await logs.open("a");
        await logs.open("b");
        const appends = [
          { log: "a", at: 0, entries: [bytes(1)], meta: "changed" },
          { log: "b", at: 7, entries: [bytes(2)] },
        ];

        await expect(logs.append(appends)).rejects.toThrow(AppendConflictError);

        expect(await logs.stat("a")).toMatchObject({ next: 0, meta: undefined });
      });

      it("refuses to write to a sealed log, and to one that does not exist", async () => {
        await logs.open("a");
        await logs.append([{ log: "a", at: 0, entries: [bytes(1)], seal: true }]);

        await expect(logs.append([{ log: "a", at: 1, entries: [bytes(2)] }])).rejects.toThrow("it is sealed");
        await expect(logs.append([{ log: "z", at: 0, entries: [] }])).rejects.toThrow(NoSuchLogError);
        expect(await readAll(logs, "a")).toMatchObject({ isSealed: true });
      });

      it("keeps what was appended whatever the writer does to its buffer", async () => {
        await logs.open("a");
        const entry = bytes(1);
        await logs.append([{ log: "a", at: 0, entries: [entry] }]);
        entry[0] = 9;

        expect([...(await readAll(logs, "a")).bytes]).toEqual([1]);
      });
    });

    describe("read", () => {
      it("takes whole entries up to the bound, and at least one", async () => {
        await logs.open("a");
        await logs.append([{ log: "a", at: 0, entries: [bytes(1, 1, 1), bytes(2, 2), bytes(3)] }]);

        expect(await readAll(logs, "a", 0, 5)).toMatchObject({ next: 2, isAtEnd: false });
        expect(await readAll(logs, "a", 0, 1)).toMatchObject({ next: 1, isAtEnd: false });
        expect(await readAll(logs, "a", 1, 3)).toMatchObject({ next: 3, isAtEnd: true });
        expect([...(await readAll(logs, "a", 1, 3)).bytes]).toEqual([2, 2, 3]);
      });

      it("answers an empty slice at the end", async () => {
        await logs.open("a");

        expect(await readAll(logs, "a")).toMatchObject({ next: 0, isAtEnd: true });
      });

      it("says why a position cannot be served", async () => {
        const { epoch } = await logs.open("a");
        await logs.append([{ log: "a", at: 0, entries: [bytes(1)] }]);

        const ahead = await logs.read("a", { epoch, from: 2, maxBytes: 10 });
        const foreign = await logs.read("a", { epoch: "another", from: 0, maxBytes: 10 });

        expect(ahead).toMatchObject({ type: "reset", why: "ahead", state: { next: 1 } });
        expect(foreign).toMatchObject({ type: "reset", why: "epoch", state: { epoch } });
        await expect(logs.read("z", { epoch, from: 0, maxBytes: 10 })).rejects.toThrow(NoSuchLogError);
      });

      it("returns, however it is cut into slices, exactly what was appended", async () => {
        const batches = fc.array(fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { maxLength: 4 }), {
          maxLength: 8,
        });
        let runs = 0;
        await fc.assert(
          fc.asyncProperty(batches, fc.integer({ min: 1, max: 64 }), async (appended, maxBytes) => {
            const log = `random-${runs++}`;
            const { epoch } = await logs.open(log);
            let at = 0;
            for (const entries of appended) {
              await logs.append([{ log, at, entries }]);
              at += entries.length;
            }

            const read: number[] = [];
            for (let from = 0, isAtEnd = false; !isAtEnd;) {
              const slice = await logs.read(log, { epoch, from, maxBytes });
              if (slice.type !== "slice") throw new Error("reset");
              read.push(...slice.bytes);
              ({ next: from, isAtEnd } = slice);
            }

            expect(read).toEqual(appended.flatMap((entries) => entries.flatMap((entry) => [...entry])));
          }),
          { numRuns: 100, seed: 1 },
        );
      });
    });

    describe("restart", () => {
      it("empties the log under a new epoch, and lets it be written again", async () => {
        const before = await logs.open("a");
        await logs.append([{ log: "a", at: 0, entries: [bytes(1)], meta: "kept", seal: true }]);

        const after = await logs.restart("a");
        await logs.append([{ log: "a", at: 0, entries: [bytes(2)] }]);

        expect(after).toMatchObject({ number: before.number, next: 0, isSealed: false, meta: "kept" });
        expect(after.epoch).not.toBe(before.epoch);
        expect([...(await readAll(logs, "a")).bytes]).toEqual([2]);
        expect(await logs.read("a", { epoch: before.epoch, from: 1, maxBytes: 1 })).toMatchObject({ why: "epoch" });
      });
    });

    describe("list", () => {
      it("lists logs of a prefix, the newest first, page by page", async () => {
        for (const log of ["run-a", "run-b", "feed", "run-c", "run-d"]) await logs.open(log);
        await logs.delete("run-b");

        const [first, second] = await logs.list({ prefix: "run-", limit: 2 });
        const rest = await logs.list({ prefix: "run-", before: second?.number ?? 0, limit: 2 });

        expect([first, second, ...rest].map((state) => state?.log)).toEqual(["run-d", "run-c", "run-a"]);
      });

      it("lists only sealed logs, or only those that are not", async () => {
        for (const log of ["a", "b", "c"]) await logs.open(log);
        await logs.append([{ log: "b", at: 0, entries: [], seal: true }]);

        expect((await logs.list({ prefix: "", isSealed: true, limit: 9 })).map(({ log }) => log)).toEqual(["b"]);
        expect((await logs.list({ prefix: "", isSealed: false, limit: 9 })).map(({ log }) => log)).toEqual(["c", "a"]);
      });
    });

    describe("delete", () => {
      it("forgets the log and its entries", async () => {
        await logs.open("a");
        await logs.append([{ log: "a", at: 0, entries: [bytes(1)] }]);

        await logs.delete("a");
        await logs.delete("a");

        expect(await logs.stat("a")).toBeUndefined();
        expect(await logs.open("a")).toMatchObject({ next: 0 });
      });
    });

    describe("watch", () => {
      it("calls back for the watched log, after the change can be read", async () => {
        await logs.open("a");
        const seen: (number | undefined)[] = [];
        const end = logs.watch("a", () => void logs.stat("a").then((state) => seen.push(state?.next)));

        await logs.append([{ log: "a", at: 0, entries: [bytes(1)] }]);

        await expect.poll(() => seen.at(-1), WITHIN).toBe(1);
        end();
      });

      it("calls back when the log begins anew, and when it is gone", async () => {
        await logs.open("a");
        const seen: (string | undefined)[] = [];
        const end = logs.watch("a", () => void logs.stat("a").then((state) => seen.push(state?.epoch)));

        const { epoch } = await logs.restart("a");
        await expect.poll(() => seen.at(-1), WITHIN).toBe(epoch);
        await logs.delete("a");
        await expect.poll(() => seen.length > 0 && seen.at(-1) === undefined, WITHIN).toBe(true);
        end();
      });

      it("tells each of several watchers, and none of a log that has not changed or that it has left", async () => {
        await logs.open("a");
        await logs.open("b");
        const [first, second, left, other] = [vi.fn(), vi.fn(), vi.fn(), vi.fn()];
        const ends = [logs.watch("a", first), logs.watch("a", second), logs.watch("b", other)];
        const leave = logs.watch("a", left);
        leave();
        leave();

        await logs.append([{ log: "a", at: 0, entries: [bytes(1)] }]);

        await expect.poll(() => first.mock.calls.length * second.mock.calls.length, WITHIN).toBeGreaterThan(0);
        expect(left).not.toHaveBeenCalled();
        for (const end of ends) end();
        first.mockClear();
        await logs.append([{ log: "a", at: 1, entries: [bytes(1)] }]);
        await logs.append([{ log: "b", at: 0, entries: [bytes(1)] }]);
        expect(first).not.toHaveBeenCalled();
        expect(other.mock.calls.length).toBeLessThanOrEqual(1);
      });
    });
  });
}

/** A hint may get lost; a look once a second makes up for that. */
const WITHIN = { timeout: 3_000, interval: 5 };
