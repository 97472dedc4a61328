import { expect, it, describe } from "vitest";

import { bytes, readAll } from "./contract-reading.ts";
import { NoSuchLogError, type RunLog } from "./run-log.ts";

/** What every log promises of what it keeps: trimming, sizes, and entries of all kinds. */
export function describeSizes(open: () => RunLog): void {
  describe("trim", () => {
    it("forgets the oldest entries, and resets who wants them", async () => {
      const logs = open();
      const { epoch } = await logs.open("a");
      await logs.append([{ log: "a", at: 0, entries: [bytes(1), bytes(2, 2), bytes(3, 3, 3)] }]);

      await logs.trim("a", 1);

      const state = await logs.stat("a");
      expect(state).toMatchObject({ epoch, first: 1, next: 3, bytes: 5 });
      expect(await logs.read("a", { epoch, from: 0, maxBytes: 9 })).toEqual({ type: "reset", why: "trimmed", state });
      expect([...(await readAll(logs, "a", 1)).bytes]).toEqual([2, 2, 3, 3, 3]);
    });

    it("leaves the numbers dense", async () => {
      const logs = open();
      await logs.open("a");
      await logs.append([{ log: "a", at: 0, entries: [bytes(1), bytes(2)] }]);
      await logs.trim("a", 2);
      await logs.append([{ log: "a", at: 2, entries: [bytes(3)] }]);

      expect(await logs.stat("a")).toMatchObject({ first: 2, next: 3, bytes: 1 });
      expect([...(await readAll(logs, "a", 2)).bytes]).toEqual([3]);
    });

    it("neither goes back nor beyond the end", async () => {
      const logs = open();
      await logs.open("a");
      await logs.append([{ log: "a", at: 0, entries: [bytes(1), bytes(2)] }]);

      await logs.trim("a", 1);
      await logs.trim("a", 0);
      expect(await logs.stat("a")).toMatchObject({ first: 1, next: 2, bytes: 1 });
      await logs.trim("a", 1_000);

      expect(await logs.stat("a")).toMatchObject({ first: 2, next: 2, bytes: 0 });
      expect(await readAll(logs, "a", 2)).toMatchObject({ next: 2, isAtEnd: true });
      await expect(logs.trim("z", 0)).rejects.toThrow(NoSuchLogError);
    });
  });

  describe("bytes and createdAtMs", () => {
    it("tells how much is kept, and since when the log is there", async () => {
      const logs = open();
      const before = Date.now();
      const { createdAtMs, bytes: atFirst } = await logs.open("a");
      await logs.append([{ log: "a", at: 0, entries: [new Uint8Array(1000), new Uint8Array(1)] }]);
      await logs.append([{ log: "a", at: 2, entries: [new Uint8Array(10)], seal: true }]);

      const sealed = await logs.stat("a");
      const restarted = await logs.restart("a");

      expect(createdAtMs).toBeGreaterThanOrEqual(before);
      expect(createdAtMs).toBeLessThanOrEqual(Date.now());
      expect(atFirst).toBe(0);
      expect(sealed).toMatchObject({ bytes: 1011, createdAtMs });
      expect(restarted).toMatchObject({ bytes: 0, createdAtMs });
    });
  });

  describe("entries", () => {
    it("come back with every byte as it was, in name and meta too", async () => {
      const logs = open();
      const log = "a:b {c} * ü\n%s";
      const all = Uint8Array.from({ length: 256 }, (_, i) => i);
      await logs.open(log);
      await logs.append([{ log, at: 0, entries: [all, bytes(), bytes(13, 10)], meta: '{"ü":"€ 𝄞"}' }]);

      expect(await readAll(logs, log)).toMatchObject({ next: 3, bytes: Uint8Array.from([...all, 13, 10]) });
      expect(await logs.stat(log)).toMatchObject({ log, meta: '{"ü":"€ 𝄞"}' });
      expect((await logs.list({ prefix: log, limit: 2 })).map((state) => state.log)).toEqual([log]);
    });

    it("may be a view into a larger buffer", async () => {
      const logs = open();
      await logs.open("a");
      await logs.append([{ log: "a", at: 0, entries: [bytes(1, 2, 3, 4).subarray(1, 3)] }]);

      expect([...(await readAll(logs, "a")).bytes]).toEqual([2, 3]);
    });

    it("may be large, and are read one by one when they do not fit together", async () => {
      const logs = open();
      const { epoch } = await logs.open("a");
      const entries = Array.from({ length: 5 }, (_, i) => new Uint8Array(256 * 1024).fill(i));
      await logs.append([{ log: "a", at: 0, entries }]);

      for (const [from, entry] of entries.entries()) {
        const slice = await logs.read("a", { epoch, from, maxBytes: 1_000 });
        if (slice.type !== "slice") throw new Error("reset");
        expect(slice.next).toBe(from + 1);
        expect(Buffer.compare(slice.bytes, entry)).toBe(0);
      }
    });

    it("may be many: they come in bounded slices", async () => {
      const logs = open();
      const { epoch } = await logs.open("a");
      const count = 10_000;
      const entryOf = (i: number) => new Uint8Array(1_000).fill(i % 251);
      for (let at = 0; at < count; at += 500) {
        await logs.append([{ log: "a", at, entries: Array.from({ length: 500 }, (_, i) => entryOf(at + i)) }]);
      }

      let slices = 0;
      let wrong = 0;
      for (let from = 0; from < count; slices++) {
        const slice = await logs.read("a", { epoch, from, maxBytes: 99_999 });
        if (slice.type !== "slice") throw new Error("reset");
        expect(slice.bytes.length).toBe(1_000 * (slice.next - from));
        expect(slice.bytes.length).toBeLessThanOrEqual(99_999);
        for (let i = from; i < slice.next; i++) {
          const at = (i - from) * 1_000;
          if (slice.bytes[at] !== i % 251 || slice.bytes[at + 999] !== i % 251) wrong++;
        }
        from = slice.next;
        expect(slice.isAtEnd).toBe(from === count);
      }

      expect(wrong).toBe(0);
      expect(slices).toBe(Math.ceil(count / 99));
      expect(await logs.stat("a")).toMatchObject({ next: count, bytes: count * 1_000 });
    });
  });
}
