import { describe, expect, it } from "vitest";

import { parseAddress } from "./address.ts";
import { page, scope, stop, test } from "./fresh-page.ts";
import { BEGAN_MS, session } from "./test-page.ts";
import { run, snapshot, windowRecord } from "./test-snapshot.ts";

describe("the address of the page", () => {
  it("brings back what was on the screen, also a window that comes later", async () => {
    page.restore(parseAddress("#run=run-1&t=1-4&r=1.5-2&w=run-1:5&f=mismatch&tab=none&lines"));
    await test.tell(snapshot({ isLive: true, tally: { ...snapshot().tally, windows: 0 }, newest: undefined }));

    expect(page.range).toMatchObject({ startMs: 1_000, endMs: 4_000 });
    expect(page.selectedRange).toEqual({ startMs: 1_500, endMs: 2_000 });
    expect(page.selected?.index).toBe(5);
    expect(page).toMatchObject({ filter: { only: "mismatch" }, isDrawerOpen: false, showsLines: true, motion: "free" });
  });

  it("shows the window of a link that follows the newest, and holds there", async () => {
    page.start(stop.signal);
    page.restore(parseAddress("#session&t=5s&w=run-1:0"));
    scope.answer("window", windowRecord(0, { startMs: -40_000, endMs: -38_000 }));
    await test.tell(session({ startMs: -60_000 }));

    expect(page.motion).not.toBe("follow");
    expect(page.range.startMs).toBeLessThan(-40_000);
    expect(page.range.endMs).toBeGreaterThan(-38_000);
  });

  it("looks where a link says, also beside the window that it has picked", async () => {
    page.restore(parseAddress("#run=run-1&t=6-9&w=run-1:0"));
    await test.tell(snapshot());

    expect(page.selected?.index).toBe(0);
    expect(page.range).toMatchObject({ startMs: 6_000, endMs: 9_000 });
  });

  it("waits with a window until it is there", async () => {
    scope.answer("window", undefined as never);
    page.restore(parseAddress("#run=run-1&w=run-1:5"));
    await test.tell(snapshot());
    expect(page.selected).toBeUndefined();
    expect(page.address.window).toEqual({ runId: "run-1", index: 5 });
    scope.answer("window", windowRecord(5));
    await test.tell(snapshot({ version: 2 }));

    expect(page.selected?.index).toBe(5);
  });

  it("lets go of a window whose run is not in the session any more", async () => {
    const placed = { run, startMs: 0, endMs: 10_000 };
    await test.tell(session({ placed: [placed] }));
    await page.select({ runId: "run-1", index: 5 });
    scope.answer("window", undefined as never);
    await test.tell(session({ placed: [], version: 2, isLoading: true }));
    expect(page.selected?.index).toBe(5);

    await test.tell(session({ placed: [{ ...placed, run: { ...run, runId: "run-2" } }], version: 3 }));
    expect(page.selected).toBeUndefined();
  });

  it("waits no more with a window when somebody picks another one", async () => {
    scope.answer("window", ({ index }) => (index === 5 ? undefined : windowRecord(index)));
    scope.answer("windowAt", windowRecord(20));
    page.restore(parseAddress("#run=run-1&w=run-1:5"));
    await test.tell(snapshot());
    await page.selectAt(1_600);
    scope.answer("window", ({ index }) => windowRecord(index));
    await test.tell(snapshot({ version: 2 }));

    expect(page.selected?.index).toBe(20);
  });

  it.each([true, false])("waits with a place in a run until its length is known (live: %s)", async (isLive) => {
    page.restore(parseAddress("#run=run-1&t=4-6"));
    await test.tell(snapshot({ isLive, placed: [], endMs: 0, result: undefined, newest: undefined }));
    await test.tell(snapshot());

    expect(page.range).toMatchObject({ startMs: 4_000, endMs: 6_000 });
  });

  it("stays the same while a session is followed", async () => {
    page.start(stop.signal);
    await test.tell(session());
    const before = page.address;
    await test.passTime(1_000);

    expect(page.address).toEqual(before);
    expect(before.view).toEqual({ kind: "follow", spanMs: 60_000 });
  });

  it("means the same time on another page, whose clock begins elsewhere", async () => {
    page.restore(parseAddress("#session&t=2026-01-01T00:00:10.000Z/2026-01-01T00:00:20.000Z"));
    await test.tell(session({ startMs: -60_000, endMs: 60_000, wallClockMs: BEGAN_MS + 5_000 }));

    expect(page.range).toMatchObject({ startMs: 5_000, endMs: 15_000 });
    expect(page.address.view).toEqual({
      kind: "range",
      range: { startMs: BEGAN_MS + 10_000, endMs: BEGAN_MS + 20_000 },
    });
  });

  it("says nothing of the time when a whole run is shown", async () => {
    page.showRun("run-1");
    await test.tell(snapshot());

    expect(page.address.view).toBeUndefined();
  });
});
