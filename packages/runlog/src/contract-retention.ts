import { expect, it, describe } from "vitest";

import { enforceRetention } from "./retention.ts";
import type { RunLog } from "./run-log.ts";

/** That old logs go from every run log. */
export function describeRetention(open: () => RunLog): void {
  /** Creates logs of 1,000 bytes each. */
  async function fill(logs: RunLog, names: readonly string[], { seal }: { seal: boolean }): Promise<void> {
    for (const log of names) {
      await logs.open(log);
      await logs.append([{ log, at: 0, entries: [new Uint8Array(1_000)], seal }]);
    }
  }

  async function names(logs: RunLog): Promise<string[]> {
    return (await logs.list({ prefix: "", limit: 99 })).map(({ log }) => log).reverse();
  }

  describe("enforceRetention", () => {
    it("deletes the finished logs that are too old", async () => {
      const logs = open();
      await fill(logs, ["run-a", "run-b"], { seal: true });
      await fill(logs, ["run-c"], { seal: false });
      const created = Math.max(...(await logs.list({ prefix: "", limit: 9 })).map(({ createdAtMs }) => createdAtMs));

      const early = await enforceRetention(logs, { prefix: "run-", maxAgeMs: 60_000, nowMs: created });
      const late = await enforceRetention(logs, { prefix: "run-", maxAgeMs: 60_000, nowMs: created + 60_001 });

      expect(early).toEqual({ deleted: [], deletedBytes: 0, keptBytes: 3_000, trimmedEntries: 0 });
      expect(late).toEqual({ deleted: ["run-a", "run-b"], deletedBytes: 2_000, keptBytes: 1_000, trimmedEntries: 0 });
      expect(await names(logs)).toEqual(["run-c"]);
    });

    it("deletes the oldest finished logs until the rest fits, and only those of the prefix", async () => {
      const logs = open();
      await fill(logs, ["other-a"], { seal: true });
      await fill(logs, ["run-a"], { seal: false });
      await fill(logs, ["run-b", "run-c", "run-d"], { seal: true });

      const report = await enforceRetention(logs, { prefix: "run-", maxBytes: 2_500, nowMs: Date.now() });

      expect(report).toMatchObject({ deleted: ["run-b", "run-c"], keptBytes: 2_000 });
      expect(await names(logs)).toEqual(["other-a", "run-a", "run-d"]);
    });

    it("never deletes an unfinished log, however much it is", async () => {
      const logs = open();
      await fill(logs, ["run-a", "run-b"], { seal: false });

      const bounds = { maxAgeMs: 0, maxBytes: 0, nowMs: Date.now() + 1e9 };
      const report = await enforceRetention(logs, { prefix: "run-", ...bounds });

      expect(report).toMatchObject({ deleted: [], keptBytes: 2_000 });
    });

    it("looks at every log, also when there are more than a page of them", async () => {
      const logs = open();
      const many = Array.from({ length: 201 }, (_, i) => `run-${i}`);
      await Promise.all(many.map((log) => logs.open(log)));
      await Promise.all(many.map((log) => logs.append([{ log, at: 0, entries: [new Uint8Array(10)], seal: true }])));

      const report = await enforceRetention(logs, { prefix: "run-", maxBytes: 10, nowMs: Date.now() });

      expect(report).toMatchObject({ deletedBytes: 2_000, keptBytes: 10 });
      expect(await names(logs)).toHaveLength(1);
    });

    it("trims the feed to its newest entries", async () => {
      const logs = open();
      await logs.open("feed");
      await logs.append([{ log: "feed", at: 0, entries: Array.from({ length: 10 }, (_, i) => Uint8Array.of(i)) }]);
      const retention = { prefix: "run-", feed: { log: "feed", keepEntries: 4 }, nowMs: Date.now() };

      const first = await enforceRetention(logs, retention);
      const again = await enforceRetention(logs, retention);
      await logs.delete("feed");
      const gone = await enforceRetention(logs, retention);

      expect([first, again, gone].map(({ trimmedEntries }) => trimmedEntries)).toEqual([6, 0, 0]);
    });

    it("does nothing without bounds", async () => {
      const logs = open();
      await fill(logs, ["run-a"], { seal: true });

      const report = await enforceRetention(logs, { prefix: "run-", nowMs: Date.now() + 1e12 });

      expect(report).toMatchObject({ deleted: [], keptBytes: 1_000 });
    });
  });
}
