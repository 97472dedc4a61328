import { describe, expect, it } from "vitest";

import { page, scope, stop, test } from "./fresh-page.ts";
import { BEGAN_MS, session } from "./test-page.ts";
import { snapshot, windowRecord } from "./test-snapshot.ts";

describe("Page", () => {
  it("connects, shows the session, and gives the connection its tickets", async () => {
    page.start(stop.signal, { url: "ws://here/live", ticket: () => Promise.resolve("wst_1") });
    scope.push({ type: "wantsTicket", id: 7 });
    await scope.settle();

    expect(scope.last("connect")).toEqual({ type: "connect", url: "ws://here/live", needsTicket: true });
    expect(scope.last("show")?.source).toEqual({ kind: "session" });
    expect(scope.last("ticket")).toEqual({ type: "ticket", id: 7, ticket: "wst_1" });
  });

  it("has no ticket when none can be had, and says so to the scope", async () => {
    page.start(stop.signal, { url: "ws://here/live", ticket: () => Promise.reject(new Error("signed out")) });
    scope.push({ type: "wantsTicket", id: 1 });
    await scope.settle();

    expect(scope.last("ticket")).toEqual({ type: "ticket", id: 1, ticket: undefined });
  });

  it("keeps what the server says of its store", async () => {
    expect(page.store).toBeUndefined();
    scope.push({ type: "store", state: "refusing", message: "The disk is full." });
    await scope.settle();

    expect(page.store).toEqual({ state: "refusing", message: "The disk is full." });
  });

  it("keeps its list of marks as it is while the clock stays", async () => {
    page.start(stop.signal);
    await test.tell(session());
    page.mark();
    const { marks } = page;
    await test.tell(session({ version: 2 }));

    expect(marks).toHaveLength(1);
    expect(page.marks).toBe(marks);
  });

  it("takes no snapshot of what is not shown any more", async () => {
    await test.tell(session());
    page.showRun("run-1");
    await test.tell(session());

    expect(page.snapshot).toBeUndefined();
  });

  it("lets go of one thing after another", async () => {
    await test.tell(session());
    page.setFilter({ only: "mismatch" });
    page.selectRange({ startMs: 1, endMs: 2 });
    await page.select({ runId: "run-1", index: 3 });
    page.measure({ startMs: 3, endMs: 4 });
    page.open("keys");

    page.letGo();
    expect([page.overlay, page.ruler]).toEqual(["none", { startMs: 3, endMs: 4 }]);
    page.letGo();
    expect([page.ruler, page.selected?.index]).toEqual([undefined, 3]);
    page.letGo();
    expect([page.selected, page.selectedRange]).toEqual([undefined, { startMs: 1, endMs: 2 }]);
    page.letGo();
    expect([page.selectedRange, page.filter.only]).toEqual([undefined, "mismatch"]);
    page.letGo();
    expect(page.filter).toEqual({ only: "all" });
    await scope.settle();
    expect(scope.all("filter").map(({ filter }) => filter.only)).toEqual(["mismatch", "all"]);
  });

  it("lays another run over this one, and keeps the view and the picked window", async () => {
    page.showRun("run-1");
    await test.tell(snapshot());
    page.panTo({ startMs: 1_000, endMs: 4_000 });
    await page.select({ runId: "run-1", index: 20 });
    page.showBeside("run-2");
    await test.tell(snapshot({ source: { kind: "run", runId: "run-1", besideRunId: "run-2" } }));

    expect(scope.last("show")?.source).toEqual({ kind: "run", runId: "run-1", besideRunId: "run-2" });
    expect(page.range).toMatchObject({ startMs: 1_000, endMs: 4_000 });
    expect(page.selected?.index).toBe(20);

    page.showBeside(undefined);
    await scope.settle();
    expect(scope.last("show")?.source).toEqual({ kind: "run", runId: "run-1" });
  });

  it("sets marks and takes them away", async () => {
    page.showRun("run-1");
    await test.tell(snapshot());
    await page.select({ runId: "run-1", index: 10 });
    page.mark();
    await page.select({ runId: "run-1", index: 5 });
    page.mark();
    expect(page.marks).toEqual([2_400, 2_800]);
    page.mark();

    expect(page.marks).toEqual([2_800]);
  });

  it("takes a mark away also after the clock was set, whatever rounding has made of its time", async () => {
    const place = (byMs: number) => ({ startMs: 0.1 + byMs, endMs: 0.7 + byMs });
    await test.tell(session({ newest: windowRecord(100, place(0)) }));
    page.mark();
    await test.tell(session({ newest: windowRecord(100, place(0.1)), wallClockMs: BEGAN_MS - 0.1, version: 2 }));
    page.mark();

    expect(page.marks).toEqual([]);
    expect(page.announcement).toBe("Mark removed.");
  });

  it("refuses a mark beyond the hundredth, and says what to do", async () => {
    await test.tell(session());
    for (let index = 0; index <= 100; index++) {
      await page.select({ runId: "run-1", index });
      page.mark();
    }

    expect(page.marks).toHaveLength(100);
    expect(page.marks).toContain(windowRecord(0).endMs);
    expect(page.announcement).toMatch(/^Not marked: there are 100 marks already\./);
  });

  it("follows a log for as long as anybody wants it", async () => {
    const seen: string[] = [];
    const first = page.watch("test-1", ({ log }) => seen.push(`first ${log}`));
    const second = page.watch("test-1", ({ log }) => seen.push(`second ${log}`));
    scope.push({ type: "watched", log: "test-1" });
    await scope.settle();
    first();
    first();
    await scope.settle();
    expect(scope.all("unwatch")).toHaveLength(0);
    second();
    await scope.settle();

    expect(seen).toEqual(["first test-1", "second test-1"]);
    expect(scope.all("unwatch")).toHaveLength(1);
  });

  it("opens the upload with the files that were dropped, and forgets them when it is closed", () => {
    page.drop([]);
    expect(page.overlay).toBe("none");
    page.drop([{ name: "wave.wav" } as File]);
    expect([page.overlay, page.dropped.length]).toEqual(["upload", 1]);
    page.letGo();

    expect(page.dropped).toEqual([]);
  });

  it("says a verdict by itself only when asked to, when it changes, and not too often", async () => {
    const verdict = (text: string, version: number) =>
      session({ newest: windowRecord(100, { verdict: text }), version });
    await test.tell(verdict("idle", 1));
    expect(page.announcement).toBe("");
    page.toggleSpeaking();
    await test.tell(verdict("wave", 2));
    expect(page.announcement).toBe("wave");
    test.nowMs += 1_000;
    await test.tell(verdict("idle", 3));
    expect(page.announcement).toBe("wave");
    test.nowMs += 5_000;
    await test.tell(verdict("idle", 4));

    expect(page.announcement).toBe("idle");
  });
});
