import { beforeEach, describe, expect, it } from "vitest";

import { page, scope, test } from "./fresh-page.ts";
import { session } from "./test-page.ts";
import { run, snapshot, windowRecord } from "./test-snapshot.ts";

describe("Variants", () => {
  const float = { ...run, runId: "run-2", variant: "float32" };
  const int8 = { ...run, variant: "int8" };

  async function showInt8(runs: readonly (typeof run)[]): Promise<void> {
    page.showRun("run-1");
    scope.push({ type: "runs", runs, testRuns: [], recordings: [], isCaughtUp: true });
    await test.tell(snapshot({ placed: [{ run: int8, startMs: 0, endMs: 10_000 }] }));
  }

  it("shows the run of the same sample that another variant has judged", async () => {
    page.variants.offer(["int8", "float32"], () => Promise.reject(new Error("not needed")));
    await showInt8([int8, float]);
    expect(page.variants.current).toBe("int8");
    await page.variants.show("float32");

    expect(page.source).toEqual({ kind: "run", runId: "run-2" });
  });

  it("asks for that run where there is none, and lays it beside", async () => {
    const asked: unknown[] = [];
    page.variants.offer(["int8", "float32"], (ask) => {
      asked.push(ask);
      return Promise.resolve("run-9");
    });
    await showInt8([int8, { ...float, state: "failed" }]);
    await page.variants.compare();

    expect(asked).toEqual([{ projectId: 1, sampleId: 7, variant: "float32" }]);
    expect(page.source).toEqual({ kind: "run", runId: "run-1", besideRunId: "run-9" });
    expect(page.variants.isComparing).toBe(true);
  });

  it("stays with the impulse and the block of the run on the screen", async () => {
    const asked: unknown[] = [];
    page.variants.offer(["int8", "float32"], (ask) => {
      asked.push(ask);
      return Promise.resolve("run-9");
    });
    const shown = { ...int8, impulseId: 3, blockId: 5 };
    page.showRun("run-1");
    scope.push({ type: "runs", runs: [shown, float], testRuns: [], recordings: [], isCaughtUp: true });
    await test.tell(snapshot({ placed: [{ run: shown, startMs: 0, endMs: 10_000 }] }));
    await page.variants.show("float32");

    expect(asked).toEqual([{ projectId: 1, sampleId: 7, impulseId: 3, blockId: 5, variant: "float32" }]);
    expect(page.source).toEqual({ kind: "run", runId: "run-9" });
  });

  it("goes from the session through the variants and back, and keeps the window picked", async () => {
    page.variants.offer(["int8", "float32"], () => Promise.reject(new Error("not needed")));
    const home = { ...run, runId: "run-1", variant: "float32" };
    const other = { ...run, runId: "run-2", variant: "int8" };
    scope.answer("window", ({ runId, index }) => windowRecord(index, { runId }));
    scope.push({ type: "runs", runs: [other, home], testRuns: [], recordings: [], isCaughtUp: true });
    await test.tell(session({ placed: [{ run: home, startMs: 0, endMs: 10_000 }] }));
    await page.select({ runId: "run-1", index: 20 });
    const seen: unknown[] = [];

    for (let press = 0; press < 3; press++) {
      await page.variants.showNext();
      const { source } = page;
      await test.tell(source.kind === "session" ? session() : snapshot({ source }));
      seen.push([source, page.selected && [page.selected.runId, page.selected.index]]);
    }

    expect(seen).toEqual([
      [{ kind: "run", runId: "run-1", besideRunId: "run-2" }, ["run-1", 20]],
      [{ kind: "run", runId: "run-2" }, ["run-2", 20]],
      [{ kind: "session" }, ["run-1", 20]],
    ]);
  });

  describe("in a session, where a newer run comes while the server is asked", () => {
    const newer = { ...run, runId: "run-8", sampleId: 8 };
    let resolve: (runId: string) => void;
    let reject: (reason: Error) => void;

    beforeEach(async () => {
      const answer = new Promise<string>((...ends) => ([resolve, reject] = ends));
      page.variants.offer(["int8", "float32"], () => answer);
      scope.push({ type: "runs", runs: [int8], testRuns: [], recordings: [], isCaughtUp: true });
      await test.tell(session({ placed: [{ run: int8, startMs: 0, endMs: 10_000 }] }));
    });

    async function comeNewer(): Promise<void> {
      const placed = [int8, newer].map((each, i) => ({ run: each, startMs: i * 20_000, endMs: i * 20_000 + 10_000 }));
      await test.tell(session({ placed, newest: windowRecord(0, { runId: "run-8" }), version: 2 }));
    }

    it("shows the other variant of the run that was asked about", async () => {
      const showing = page.variants.show("float32");
      await comeNewer();
      resolve("run-9");
      await showing;

      expect(page.source).toEqual({ kind: "run", runId: "run-9" });
    });

    it("lays it beside that run", async () => {
      const comparing = page.variants.compare();
      await comeNewer();
      resolve("run-9");
      await comparing;

      expect(page.source).toEqual({ kind: "run", runId: "run-1", besideRunId: "run-9" });
    });

    it("leaves alone who has picked a window of another run meanwhile", async () => {
      const showing = page.variants.show("float32");
      await comeNewer();
      scope.answer("window", ({ runId, index }) => windowRecord(index, { runId }));
      await page.select({ runId: "run-8", index: 0 });
      resolve("run-9");
      await showing;

      expect(page.source).toEqual({ kind: "session" });
    });

    it("says why there is none, until the next run comes", async () => {
      const showing = page.variants.show("float32");
      await comeNewer();
      reject(new Error("Studio has no float32 model."));
      await showing;
      expect(page.variants.failure).toBe("Studio has no float32 model.");

      await test.tell(session({ newest: windowRecord(0, { runId: "run-10" }), version: 3 }));
      expect(page.variants.failure).toBeUndefined();
    });
  });

  it("says no more of a failure once something else is done or shown", async () => {
    page.variants.offer(["int8", "float32"], () => Promise.reject(new Error("Studio has no float32 model.")));
    await showInt8([int8]);
    await page.variants.show("float32");
    await page.variants.show("int8");
    expect(page.variants.failure).toBeUndefined();

    await page.variants.show("float32");
    page.showRun("run-2");
    await scope.settle();
    expect(page.variants.failure).toBeUndefined();
  });

  it("says nothing of a failure to who has gone on to another run", async () => {
    page.variants.offer(["int8", "float32"], () => Promise.reject(new Error("Studio has no float32 model.")));
    await showInt8([int8]);
    const showing = page.variants.show("float32");
    page.showRun("run-2");
    await showing;

    expect(page.variants).toMatchObject({ failure: undefined, isBusy: false });
  });

  it("says why there is no such run", async () => {
    page.variants.offer(["int8", "float32"], () => Promise.reject(new Error("Studio has no float32 model.")));
    await showInt8([int8]);
    await page.variants.show("float32");

    expect(page.variants).toMatchObject({ failure: "Studio has no float32 model.", isBusy: false });
    expect(page.source).toEqual({ kind: "run", runId: "run-1" });
  });
});
