import { describe, expect, it } from "vitest";

import { page, scope, stop, test } from "./fresh-page.ts";
import { BEGAN_MS, session } from "./test-page.ts";
import { snapshot, windowRecord } from "./test-snapshot.ts";

describe("TimeView", () => {
  it("follows a session by the clock, however messages come", async () => {
    page.start(stop.signal);
    await test.tell(session());
    await test.passTime(1_000);
    const { endMs } = page.range;
    await test.passTime(16);

    expect(endMs).toBe(850);
    expect(page.range.endMs).toBe(866);
    expect(page.range.endMs - page.range.startMs).toBe(60_000);
    expect(scope.last("range")?.range).toEqual({ startMs: page.range.startMs, endMs: 866 });
  });

  it("never runs empty: where nothing comes for long, the end of the data stays in the middle", async () => {
    page.start(stop.signal);
    await test.tell(session());
    await test.passTime(3_600_000);

    expect(page.range.endMs).toBe(30_000 - 150);
  });

  it("sees the newest data on a machine whose clock is behind the server's", async () => {
    page.start(stop.signal);
    await test.tell(session({ endMs: 300_000 }));
    await test.passTime(16);

    expect(page.range.endMs).toBe(300_016 - 150);
  });

  it("stops its frames with its signal", async () => {
    page.start(stop.signal);
    await test.tell(session());
    expect(test.frames).toHaveLength(1);
    stop.abort();

    expect(test.frames).toHaveLength(0);
  });

  it("leaves following when somebody zooms or pans, counts what comes meanwhile, and comes back", async () => {
    page.start(stop.signal);
    await test.tell(session());
    page.zoom(2);
    const { range } = page;
    await test.tell(session({ newest: windowRecord(150), version: 2 }));
    await test.passTime(5_000);

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
    await test.tell(session());
    page.hold();
    await test.tell(session({ tally: { ...session().tally, windows: 5_000 }, version: 2 }));

    expect(page.newWindows).toBe(0);
  });

  it("holds still while data goes on", async () => {
    page.start(stop.signal);
    await test.tell(session());
    page.toggleHold();
    await test.tell(session({ newest: windowRecord(109), version: 2 }));
    await test.passTime(5_000);

    expect(page.motion).toBe("hold");
    expect(page.newWindows).toBe(9);
    await scope.settle();
    expect(scope.last("range")?.holdsScale).toBe(true);

    page.toggleHold();
    expect(page.motion).toBe("follow");
  });

  it("stays at the same time of day when the session's clock begins elsewhere", async () => {
    page.start(stop.signal);
    await test.tell(session({ startMs: -60_000 }));
    page.panTo({ startMs: -20_000, endMs: -10_000 });
    page.measure({ startMs: -15_000, endMs: -14_000 });
    page.mark();
    const [markMs = NaN] = page.marks;
    await test.tell(session({ startMs: -30_000, endMs: 30_000, wallClockMs: BEGAN_MS - 30_000, version: 2 }));

    expect(page).toMatchObject({ motion: "free", range: { startMs: 10_000, endMs: 20_000 } });
    expect(page).toMatchObject({ ruler: { startMs: 15_000, endMs: 16_000 }, marks: [markMs + 30_000] });
  });

  it("stays at the same time of day while the feed is read anew, from another beginning on", async () => {
    page.start(stop.signal);
    await test.tell(session({ startMs: -60_000 }));
    page.panTo({ startMs: -20_000, endMs: -10_000 });
    page.selectRange({ startMs: -15_000, endMs: -14_000 });
    page.mark();
    const [markMs = NaN] = page.marks;
    const { address } = page;
    await test.tell(session({ startMs: 0, wallClockMs: undefined, newest: undefined, isLoading: true, version: 2 }));
    expect(page.address).toMatchObject({ view: address.view, selectedRange: address.selectedRange });

    await test.tell(session({ startMs: -30_000, endMs: 30_000, wallClockMs: BEGAN_MS - 30_000, version: 3 }));

    expect(page).toMatchObject({ motion: "free", range: { startMs: 10_000, endMs: 20_000 } });
    expect(page).toMatchObject({ selectedRange: { startMs: 15_000, endMs: 16_000 }, marks: [markMs + 30_000] });
    expect(page.address).toMatchObject({ view: address.view, selectedRange: address.selectedRange });
  });

  it("waits until the feed is read before it gives up what was in sight", async () => {
    page.start(stop.signal);
    await test.tell(session({ startMs: -60_000 }));
    page.panTo({ startMs: -20_000, endMs: -10_000 });
    const anew = { startMs: -3_600_000, wallClockMs: BEGAN_MS - 1_000 };
    await test.tell(session({ ...anew, endMs: -3_000_000, isLoading: true, version: 2 }));
    await test.tell(session({ ...anew, version: 3 }));

    expect(page).toMatchObject({ motion: "free", range: { startMs: -19_000, endMs: -9_000 } });
  });

  it("follows a new session that has nothing of what was in sight", async () => {
    page.start(stop.signal);
    await test.tell(session({ startMs: -60_000 }));
    page.panTo({ startMs: -20_000, endMs: -10_000 });
    await test.tell(session({ startMs: 0, endMs: 5_000, wallClockMs: BEGAN_MS + 5_000, version: 2 }));

    expect(page.motion).toBe("follow");
  });

  it("keeps following with another span", async () => {
    page.start(stop.signal);
    await test.tell(session());
    page.showSpan(10_000);

    expect(page.motion).toBe("follow");
    expect(page.range.endMs - page.range.startMs).toBe(10_000);
  });

  it("opens a run that is over on its whole length, and does not follow it", async () => {
    page.showRun("run-1");
    await test.tell(snapshot());
    page.toggleHold();

    expect(page.motion).toBe("free");
    expect(page.range).toMatchObject({ startMs: -200, endMs: 10_200 });
    expect(scope.last("range")?.range).toMatchObject({ startMs: -200, endMs: 10_200 });
  });

  it("follows a run while it streams, and shows all of it when it is over", async () => {
    page.showRun("run-1");
    await test.tell(snapshot({ isLive: true, endMs: 4_000 }));
    expect(page.motion).toBe("follow");
    expect(page.range.endMs).toBeCloseTo(4_080);
    await test.tell(snapshot());

    expect(page.motion).toBe("free");
    expect(page.range).toMatchObject({ startMs: -200, endMs: 10_200 });
  });
});
