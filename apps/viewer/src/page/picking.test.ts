import { describe, expect, it } from "vitest";

import { parseAddress } from "./address.ts";
import { page, scope, stop, test } from "./fresh-page.ts";
import { session } from "./test-page.ts";
import { snapshot, windowRecord } from "./test-snapshot.ts";

describe("Picking", () => {
  it("holds still once a window is picked, so that it stays in sight", async () => {
    page.start(stop.signal);
    await test.tell(session());
    await page.select({ runId: "run-1", index: 0 });
    const { range } = page;
    await test.passTime(60_000);

    expect(page.motion).toBe("hold");
    expect(page.range).toEqual(range);
  });

  it("follows when told to while a pick is on its way, as a double click does", async () => {
    scope.answer("windowAt", windowRecord(99));
    page.start(stop.signal);
    await test.tell(session());
    const picking = page.selectAt(-500);
    page.follow();
    await picking;

    expect(page).toMatchObject({ motion: "follow", selected: undefined });
  });

  it("looks at the newest window until one is picked, and again after it is let go", async () => {
    page.showRun("run-1");
    await test.tell(snapshot());
    expect(page.current?.index).toBe(100);
    await page.select({ runId: "run-1", index: 3 });
    expect(page.current?.index).toBe(3);
    page.letGo();

    expect(page.current?.index).toBe(100);
  });

  it("steps as often as a key was pressed, however fast", async () => {
    page.showRun("run-1");
    await test.tell(snapshot());
    await Promise.all([page.step(-1), page.step(-1), page.step(-1)]);

    expect(page.selected?.index).toBe(98);
  });

  it("lets go with Esc also of a window that is on its way", async () => {
    page.showRun("run-1");
    await test.tell(snapshot());
    await page.select({ runId: "run-1", index: 20 });
    const { range } = page;
    const stepping = page.step(1);
    page.letGo();
    await stepping;
    expect(page.selected).toBeUndefined();

    page.setFilter({ only: "mismatch" });
    const picking = page.step(-1);
    page.letGo();
    await picking;
    expect(page).toMatchObject({ selected: undefined, range });

    await page.step(-1);
    expect(page.selected?.index).toBe(100);
  });

  it("says nothing of a search that nobody waits for any more", async () => {
    page.showRun("run-1");
    await test.tell(snapshot());
    await page.select({ runId: "run-1", index: 20 });
    const { announcement } = page;
    for (const answer of [undefined, windowRecord(3)]) {
      scope.answer("next", () => answer);
      const searching = page.selectNext("mismatch");
      void page.select(undefined);
      await searching;
    }
    const failing = page.selectAt(5);
    void page.select(undefined);
    await failing;

    expect(page).toMatchObject({ announcement, wentAround: undefined });
  });

  it("picks what a new address asks for, whatever was on its way before", async () => {
    page.showRun("run-1");
    await test.tell(snapshot());
    await page.select({ runId: "run-1", index: 20 });
    const stepping = page.step(1);
    page.restore(parseAddress("#run=run-1&w=run-1:5"));
    await stepping;
    await scope.settle();

    expect(page.selected?.index).toBe(5);
  });

  it("brings a picked window into sight, and leaves the view alone when it is there already", async () => {
    page.showRun("run-1");
    await test.tell(snapshot());
    page.panTo({ startMs: 0, endMs: 3_000 });
    await page.select({ runId: "run-1", index: 0 });
    expect(page.range).toMatchObject({ startMs: 0, endMs: 3_000 });
    await page.select({ runId: "run-1", index: 100 });

    expect(page.range).toMatchObject({ startMs: 7_060, endMs: 10_060 });
  });

  it("moves as far as it must to show all of a window that is cut", async () => {
    page.showRun("run-1");
    await test.tell(snapshot());
    page.panTo({ startMs: 1_000, endMs: 4_000 });
    await page.select({ runId: "run-1", index: 0 });
    expect(page.range).toMatchObject({ startMs: 0, endMs: 3_000 });
    await page.select({ runId: "run-1", index: 25 });
    expect(page.range).toMatchObject({ startMs: 1_000, endMs: 4_000 });
    page.panTo({ startMs: 3_000, endMs: 3_500 });
    await page.select({ runId: "run-1", index: 25 });
    expect(page.range).toMatchObject({ startMs: 3_000, endMs: 3_500 });
  });

  it("looks for the first mismatch in sight while nothing is picked, and from the picked window after that", async () => {
    page.showRun("run-1");
    await test.tell(snapshot());
    page.panTo({ startMs: 4_000, endMs: 8_000 });
    scope.answer("windowAt", ({ ms }) => windowRecord(ms / 80));
    scope.answer("next", ({ from, direction }) => windowRecord((from?.index ?? 0) + 7 * direction));
    await page.selectNext("mismatch");
    expect(page.selected?.index).toBe(57);
    await page.selectNext("mismatch", -1);
    expect(page.selected?.index).toBe(50);
    await page.select(undefined);
    scope.answer("windowAt", ({ ms }) => windowRecord(ms / 80 - 10, { isMismatch: true }));
    await page.selectNext("mismatch", -1);

    expect(page.selected?.index).toBe(90);
  });

  it("finds the nearest mismatch where there is no window in sight", async () => {
    page.showRun("run-1");
    await test.tell(snapshot());
    page.panTo({ startMs: 4_000, endMs: 6_000 });
    scope.answer("next", windowRecord(99));
    scope.answer("windowAt", windowRecord(80, { isMismatch: true }));
    await page.selectNext("mismatch");
    expect(page.selected?.index).toBe(80);

    await page.select(undefined);
    page.panTo({ startMs: 4_000, endMs: 6_000 });
    scope.answer("windowAt", windowRecord(10, { isMismatch: true }));
    await page.selectNext("mismatch", -1);
    expect(page.selected?.index).toBe(10);

    await page.select(undefined);
    page.panTo({ startMs: 4_000, endMs: 6_000 });
    await page.selectNext("mismatch");
    expect(page.selected?.index).toBe(99);
  });

  it("says when the search for the next mismatch begins again at the other end", async () => {
    page.showRun("run-1");
    await test.tell(snapshot());
    await page.select({ runId: "run-1", index: 20 });
    scope.answer("next", windowRecord(30));
    await page.selectNext("mismatch");
    expect(page.wentAround).toBeUndefined();

    scope.answer("next", windowRecord(3));
    await page.selectNext("mismatch");
    expect(page.wentAround).toBe("start");
    expect(page.announcement).toMatch(/^from the start again, window 3,/);

    await page.step(1);
    expect(page.wentAround).toBeUndefined();
  });

  it("says that there is no mismatch, and why the scope could not answer", async () => {
    await page.selectAt(5);
    expect(page.announcement).toContain("has no answer");
    scope.answer("windowAt", windowRecord(0));
    scope.answer("next", () => undefined);
    await page.selectNext("mismatch");

    expect(page.announcement).toBe("There is no mismatch.");
    expect(page.selected).toBeUndefined();
  });

  it("judges the picked window anew when the numbers change", async () => {
    page.showRun("run-1");
    await test.tell(snapshot());
    await page.select({ runId: "run-1", index: 3 });
    scope.answer("window", windowRecord(3, { verdict: "uncertain" }));
    page.setWhatIf({ minimumConfidence: 0.95 });
    await test.tell(snapshot({ version: 2 }));

    expect(page.selected?.verdict).toBe("uncertain");
    expect(page.thresholds).toEqual({ minimumConfidence: 0.95, anomaly: 0.3 });
    expect(scope.last("whatIf")?.thresholds).toEqual({ minimumConfidence: 0.95 });
  });
});
