import { beforeEach, describe, expect, it } from "vitest";

import { FakeScope } from "../scope/fake-scope.ts";
import type { Snapshot } from "../scope/scope-port.ts";
import { parseAddress } from "./address.ts";
import { Page } from "./page.svelte.ts";
import { run, snapshot, windowRecord } from "./test-snapshot.ts";

const BEGAN_MS = Date.UTC(2026, 0, 1);

let scope: FakeScope;
let page: Page;
let nowMs: number;
let frames: (() => void)[];
let stop: AbortController;

beforeEach(() => {
  nowMs = BEGAN_MS;
  frames = [];
  stop = new AbortController();
  scope = new FakeScope();
  scope.answer("window", ({ index }) => (index < 101 ? windowRecord(index) : undefined));
  scope.answer("step", ({ from, by }) => windowRecord(Math.max(0, Math.min(100, (from?.index ?? 101) + by))));
  page = new Page(
    scope.port,
    (callback) => {
      frames.push(callback);
      return () => void (frames = frames.filter((frame) => frame !== callback));
    },
    () => nowMs,
  );
});

/** Lets the scope tell, and the page hear. */
async function tell(...snapshots: readonly Snapshot[]): Promise<void> {
  for (const one of snapshots) scope.push({ type: "snapshot", snapshot: one });
  await scope.settle();
}

/** The next frame is drawn, so much later. */
async function passTime(ms: number): Promise<void> {
  nowMs += ms;
  const due = frames;
  frames = [];
  for (const frame of due) frame();
  await scope.settle();
}

const live: Partial<Snapshot> = {
  source: { kind: "session" },
  isLive: true,
  wallClockMs: BEGAN_MS,
  endMs: 0,
  newest: windowRecord(100, { startMs: -2_000, endMs: 0 }),
};

function session(more: Partial<Snapshot> = {}): Snapshot {
  return snapshot({ ...live, ...more });
}

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

  it("follows a session by the clock, however messages come", async () => {
    page.start(stop.signal);
    await tell(session());
    await passTime(1_000);
    const { endMs } = page.range;
    await passTime(16);

    expect(endMs).toBe(850);
    expect(page.range.endMs).toBe(866);
    expect(page.range.endMs - page.range.startMs).toBe(60_000);
    expect(scope.last("range")?.range).toEqual({ startMs: page.range.startMs, endMs: 866 });
  });

  it("never runs empty: where nothing comes for long, the end of the data stays in the middle", async () => {
    page.start(stop.signal);
    await tell(session());
    await passTime(3_600_000);

    expect(page.range.endMs).toBe(30_000 - 150);
  });

  it("sees the newest data on a machine whose clock is behind the server's", async () => {
    page.start(stop.signal);
    await tell(session({ endMs: 300_000 }));
    await passTime(16);

    expect(page.range.endMs).toBe(300_016 - 150);
  });

  it("stops its frames with its signal", async () => {
    page.start(stop.signal);
    await tell(session());
    expect(frames).toHaveLength(1);
    stop.abort();

    expect(frames).toHaveLength(0);
  });

  it("leaves following when somebody zooms or pans, counts what comes meanwhile, and comes back", async () => {
    page.start(stop.signal);
    await tell(session());
    page.zoom(2);
    const { range } = page;
    await tell(session({ newest: windowRecord(150), version: 2 }));
    await passTime(5_000);

    expect(page.motion).toBe("free");
    expect(page.range).toEqual(range);
    expect(page.newWindows).toBe(50);

    page.follow();
    expect(page.motion).toBe("follow");
    expect(page.newWindows).toBe(0);
    expect(page.range.endMs).toBe(4_850);
  });

  it("counts no history as new that comes while the page is read in", async () => {
    page.start(stop.signal);
    await tell(session());
    page.hold();
    await tell(session({ tally: { ...session().tally, windows: 5_000 }, version: 2 }));

    expect(page.newWindows).toBe(0);
  });

  it("holds still while data goes on", async () => {
    page.start(stop.signal);
    await tell(session());
    page.toggleHold();
    await tell(session({ newest: windowRecord(109), version: 2 }));
    await passTime(5_000);

    expect(page.motion).toBe("hold");
    expect(page.newWindows).toBe(9);
    await scope.settle();
    expect(scope.last("range")?.holdsScale).toBe(true);

    page.toggleHold();
    expect(page.motion).toBe("follow");
  });

  it("holds still once a window is picked, so that it stays in sight", async () => {
    page.start(stop.signal);
    await tell(session());
    await page.select({ runId: "run-1", index: 0 });
    const { range } = page;
    await passTime(60_000);

    expect(page.motion).toBe("hold");
    expect(page.range).toEqual(range);
  });

  it("follows when told to while a pick is on its way, as a double click does", async () => {
    scope.answer("windowAt", windowRecord(99));
    page.start(stop.signal);
    await tell(session());
    const picking = page.selectAt(-500);
    page.follow();
    await picking;

    expect(page).toMatchObject({ motion: "follow", selected: undefined });
  });

  it("stays at the same time of day when the session's clock begins elsewhere", async () => {
    page.start(stop.signal);
    await tell(session({ startMs: -60_000 }));
    page.panTo({ startMs: -20_000, endMs: -10_000 });
    page.measure({ startMs: -15_000, endMs: -14_000 });
    page.mark();
    const [markMs = NaN] = page.marks;
    await tell(session({ startMs: -30_000, endMs: 30_000, wallClockMs: BEGAN_MS - 30_000, version: 2 }));

    expect(page).toMatchObject({ motion: "free", range: { startMs: 10_000, endMs: 20_000 } });
    expect(page).toMatchObject({ ruler: { startMs: 15_000, endMs: 16_000 }, marks: [markMs + 30_000] });
  });

  it("keeps its list of marks as it is while the clock stays", async () => {
    page.start(stop.signal);
    await tell(session());
    page.mark();
    const { marks } = page;
    await tell(session({ version: 2 }));

    expect(marks).toHaveLength(1);
    expect(page.marks).toBe(marks);
  });

  it("stays at the same time of day while the feed is read anew, from another beginning on", async () => {
    page.start(stop.signal);
    await tell(session({ startMs: -60_000 }));
    page.panTo({ startMs: -20_000, endMs: -10_000 });
    page.selectRange({ startMs: -15_000, endMs: -14_000 });
    page.mark();
    const [markMs = NaN] = page.marks;
    const { address } = page;
    await tell(session({ startMs: 0, wallClockMs: undefined, newest: undefined, isLoading: true, version: 2 }));
    expect(page.address).toMatchObject({ view: address.view, selectedRange: address.selectedRange });

    await tell(session({ startMs: -30_000, endMs: 30_000, wallClockMs: BEGAN_MS - 30_000, version: 3 }));

    expect(page).toMatchObject({ motion: "free", range: { startMs: 10_000, endMs: 20_000 } });
    expect(page).toMatchObject({ selectedRange: { startMs: 15_000, endMs: 16_000 }, marks: [markMs + 30_000] });
    expect(page.address).toMatchObject({ view: address.view, selectedRange: address.selectedRange });
  });

  it("waits until the feed is read before it gives up what was in sight", async () => {
    page.start(stop.signal);
    await tell(session({ startMs: -60_000 }));
    page.panTo({ startMs: -20_000, endMs: -10_000 });
    const anew = { startMs: -3_600_000, wallClockMs: BEGAN_MS - 1_000 };
    await tell(session({ ...anew, endMs: -3_000_000, isLoading: true, version: 2 }));
    await tell(session({ ...anew, version: 3 }));

    expect(page).toMatchObject({ motion: "free", range: { startMs: -19_000, endMs: -9_000 } });
  });

  it("follows a new session that has nothing of what was in sight", async () => {
    page.start(stop.signal);
    await tell(session({ startMs: -60_000 }));
    page.panTo({ startMs: -20_000, endMs: -10_000 });
    await tell(session({ startMs: 0, endMs: 5_000, wallClockMs: BEGAN_MS + 5_000, version: 2 }));

    expect(page.motion).toBe("follow");
  });

  it("keeps following with another span", async () => {
    page.start(stop.signal);
    await tell(session());
    page.showSpan(10_000);

    expect(page.motion).toBe("follow");
    expect(page.range.endMs - page.range.startMs).toBe(10_000);
  });

  it("opens a run that is over on its whole length, and does not follow it", async () => {
    page.showRun("run-1");
    await tell(snapshot());
    page.toggleHold();

    expect(page.motion).toBe("free");
    expect(page.range).toMatchObject({ startMs: -200, endMs: 10_200 });
    expect(scope.last("range")?.range).toMatchObject({ startMs: -200, endMs: 10_200 });
  });

  it("follows a run while it streams, and shows all of it when it is over", async () => {
    page.showRun("run-1");
    await tell(snapshot({ isLive: true, endMs: 4_000 }));
    expect(page.motion).toBe("follow");
    expect(page.range.endMs).toBeCloseTo(4_080);
    await tell(snapshot());

    expect(page.motion).toBe("free");
    expect(page.range).toMatchObject({ startMs: -200, endMs: 10_200 });
  });

  it("takes no snapshot of what is not shown any more", async () => {
    await tell(session());
    page.showRun("run-1");
    await tell(session());

    expect(page.snapshot).toBeUndefined();
  });

  it("looks at the newest window until one is picked, and again after it is let go", async () => {
    page.showRun("run-1");
    await tell(snapshot());
    expect(page.current?.index).toBe(100);
    await page.select({ runId: "run-1", index: 3 });
    expect(page.current?.index).toBe(3);
    page.letGo();

    expect(page.current?.index).toBe(100);
  });

  it("steps as often as a key was pressed, however fast", async () => {
    page.showRun("run-1");
    await tell(snapshot());
    await Promise.all([page.step(-1), page.step(-1), page.step(-1)]);

    expect(page.selected?.index).toBe(98);
  });

  it("lets go with Esc also of a window that is on its way", async () => {
    page.showRun("run-1");
    await tell(snapshot());
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
    await tell(snapshot());
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
    await tell(snapshot());
    await page.select({ runId: "run-1", index: 20 });
    const stepping = page.step(1);
    page.restore(parseAddress("#run=run-1&w=run-1:5"));
    await stepping;
    await scope.settle();

    expect(page.selected?.index).toBe(5);
  });

  it("brings a picked window into sight, and leaves the view alone when it is there already", async () => {
    page.showRun("run-1");
    await tell(snapshot());
    page.panTo({ startMs: 0, endMs: 3_000 });
    await page.select({ runId: "run-1", index: 0 });
    expect(page.range).toMatchObject({ startMs: 0, endMs: 3_000 });
    await page.select({ runId: "run-1", index: 100 });

    expect(page.range).toMatchObject({ startMs: 7_060, endMs: 10_060 });
  });

  it("moves as far as it must to show all of a window that is cut", async () => {
    page.showRun("run-1");
    await tell(snapshot());
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
    await tell(snapshot());
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
    await tell(snapshot());
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
    await tell(snapshot());
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
    await tell(snapshot());
    await page.select({ runId: "run-1", index: 3 });
    scope.answer("window", windowRecord(3, { verdict: "uncertain" }));
    page.setWhatIf({ minimumConfidence: 0.95 });
    await tell(snapshot({ version: 2 }));

    expect(page.selected?.verdict).toBe("uncertain");
    expect(page.thresholds).toEqual({ minimumConfidence: 0.95, anomaly: 0.3 });
    expect(scope.last("whatIf")?.thresholds).toEqual({ minimumConfidence: 0.95 });
  });

  it("lets go of one thing after another", async () => {
    await tell(session());
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
    await tell(snapshot());
    page.panTo({ startMs: 1_000, endMs: 4_000 });
    await page.select({ runId: "run-1", index: 20 });
    page.showBeside("run-2");
    await tell(snapshot({ source: { kind: "run", runId: "run-1", besideRunId: "run-2" } }));

    expect(scope.last("show")?.source).toEqual({ kind: "run", runId: "run-1", besideRunId: "run-2" });
    expect(page.range).toMatchObject({ startMs: 1_000, endMs: 4_000 });
    expect(page.selected?.index).toBe(20);

    page.showBeside(undefined);
    await scope.settle();
    expect(scope.last("show")?.source).toEqual({ kind: "run", runId: "run-1" });
  });

  it("sets marks and takes them away", async () => {
    page.showRun("run-1");
    await tell(snapshot());
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
    await tell(session({ newest: windowRecord(100, place(0)) }));
    page.mark();
    await tell(session({ newest: windowRecord(100, place(0.1)), wallClockMs: BEGAN_MS - 0.1, version: 2 }));
    page.mark();

    expect(page.marks).toEqual([]);
    expect(page.announcement).toBe("Mark removed.");
  });

  it("refuses a mark beyond the hundredth, and says what to do", async () => {
    await tell(session());
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
    await tell(verdict("idle", 1));
    expect(page.announcement).toBe("");
    page.toggleSpeaking();
    await tell(verdict("wave", 2));
    expect(page.announcement).toBe("wave");
    nowMs += 1_000;
    await tell(verdict("idle", 3));
    expect(page.announcement).toBe("wave");
    nowMs += 5_000;
    await tell(verdict("idle", 4));

    expect(page.announcement).toBe("idle");
  });
});

describe("the address of the page", () => {
  it("brings back what was on the screen, also a window that comes later", async () => {
    page.restore(parseAddress("#run=run-1&t=1-4&r=1.5-2&w=run-1:5&f=mismatch&tab=none&lines"));
    await tell(snapshot({ isLive: true, tally: { ...snapshot().tally, windows: 0 }, newest: undefined }));

    expect(page.range).toMatchObject({ startMs: 1_000, endMs: 4_000 });
    expect(page.selectedRange).toEqual({ startMs: 1_500, endMs: 2_000 });
    expect(page.selected?.index).toBe(5);
    expect(page).toMatchObject({ filter: { only: "mismatch" }, isDrawerOpen: false, showsLines: true, motion: "free" });
  });

  it("shows the window of a link that follows the newest, and holds there", async () => {
    page.start(stop.signal);
    page.restore(parseAddress("#session&t=5s&w=run-1:0"));
    scope.answer("window", windowRecord(0, { startMs: -40_000, endMs: -38_000 }));
    await tell(session({ startMs: -60_000 }));

    expect(page.motion).not.toBe("follow");
    expect(page.range.startMs).toBeLessThan(-40_000);
    expect(page.range.endMs).toBeGreaterThan(-38_000);
  });

  it("looks where a link says, also beside the window that it has picked", async () => {
    page.restore(parseAddress("#run=run-1&t=6-9&w=run-1:0"));
    await tell(snapshot());

    expect(page.selected?.index).toBe(0);
    expect(page.range).toMatchObject({ startMs: 6_000, endMs: 9_000 });
  });

  it("waits with a window until it is there", async () => {
    scope.answer("window", undefined as never);
    page.restore(parseAddress("#run=run-1&w=run-1:5"));
    await tell(snapshot());
    expect(page.selected).toBeUndefined();
    expect(page.address.window).toEqual({ runId: "run-1", index: 5 });
    scope.answer("window", windowRecord(5));
    await tell(snapshot({ version: 2 }));

    expect(page.selected?.index).toBe(5);
  });

  it("lets go of a window whose run is not in the session any more", async () => {
    const placed = { run, startMs: 0, endMs: 10_000 };
    await tell(session({ placed: [placed] }));
    await page.select({ runId: "run-1", index: 5 });
    scope.answer("window", undefined as never);
    await tell(session({ placed: [], version: 2, isLoading: true }));
    expect(page.selected?.index).toBe(5);

    await tell(session({ placed: [{ ...placed, run: { ...run, runId: "run-2" } }], version: 3 }));
    expect(page.selected).toBeUndefined();
  });

  it("waits no more with a window when somebody picks another one", async () => {
    scope.answer("window", ({ index }) => (index === 5 ? undefined : windowRecord(index)));
    scope.answer("windowAt", windowRecord(20));
    page.restore(parseAddress("#run=run-1&w=run-1:5"));
    await tell(snapshot());
    await page.selectAt(1_600);
    scope.answer("window", ({ index }) => windowRecord(index));
    await tell(snapshot({ version: 2 }));

    expect(page.selected?.index).toBe(20);
  });

  it.each([true, false])("waits with a place in a run until its length is known (live: %s)", async (isLive) => {
    page.restore(parseAddress("#run=run-1&t=4-6"));
    await tell(snapshot({ isLive, placed: [], endMs: 0, result: undefined, newest: undefined }));
    await tell(snapshot());

    expect(page.range).toMatchObject({ startMs: 4_000, endMs: 6_000 });
  });

  it("stays the same while a session is followed", async () => {
    page.start(stop.signal);
    await tell(session());
    const before = page.address;
    await passTime(1_000);

    expect(page.address).toEqual(before);
    expect(before.view).toEqual({ kind: "follow", spanMs: 60_000 });
  });

  it("means the same time on another page, whose clock begins elsewhere", async () => {
    page.restore(parseAddress("#session&t=2026-01-01T00:00:10.000Z/2026-01-01T00:00:20.000Z"));
    await tell(session({ startMs: -60_000, endMs: 60_000, wallClockMs: BEGAN_MS + 5_000 }));

    expect(page.range).toMatchObject({ startMs: 5_000, endMs: 15_000 });
    expect(page.address.view).toEqual({
      kind: "range",
      range: { startMs: BEGAN_MS + 10_000, endMs: BEGAN_MS + 20_000 },
    });
  });

  it("says nothing of the time when a whole run is shown", async () => {
    page.showRun("run-1");
    await tell(snapshot());

    expect(page.address.view).toBeUndefined();
  });
});

describe("Variants", () => {
  const float = { ...run, runId: "run-2", variant: "float32" };
  const int8 = { ...run, variant: "int8" };

  async function showInt8(runs: readonly (typeof run)[]): Promise<void> {
    page.showRun("run-1");
    scope.push({ type: "runs", runs, testRuns: [], recordings: [], isCaughtUp: true });
    await tell(snapshot({ placed: [{ run: int8, startMs: 0, endMs: 10_000 }] }));
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
    await tell(snapshot({ placed: [{ run: shown, startMs: 0, endMs: 10_000 }] }));
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
    await tell(session({ placed: [{ run: home, startMs: 0, endMs: 10_000 }] }));
    await page.select({ runId: "run-1", index: 20 });
    const seen: unknown[] = [];

    for (let press = 0; press < 3; press++) {
      await page.variants.showNext();
      const { source } = page;
      await tell(source.kind === "session" ? session() : snapshot({ source }));
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
      await tell(session({ placed: [{ run: int8, startMs: 0, endMs: 10_000 }] }));
    });

    async function comeNewer(): Promise<void> {
      const placed = [int8, newer].map((each, i) => ({ run: each, startMs: i * 20_000, endMs: i * 20_000 + 10_000 }));
      await tell(session({ placed, newest: windowRecord(0, { runId: "run-8" }), version: 2 }));
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

      await tell(session({ newest: windowRecord(0, { runId: "run-10" }), version: 3 }));
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
