/** What the pointer does to the timeline, and links to what one sees. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { IDLE, LiveRun, WAVE } from "./live-run.ts";
import {
  followLink,
  inspectedWindow,
  inspector,
  lanes,
  photographLanes,
  pictureOfLanes,
  readWindow,
  shownStretch,
  type Stretch,
} from "./page.ts";
import { Stage } from "./stage.ts";

let stage: Stage;
let recording: LiveRun;
let page: Page;
/** Of the lanes on the screen. */
let box: { x: number; y: number; width: number; height: number };

beforeAll(async () => {
  stage = await Stage.open();
  recording = await LiveRun.begin(stage.runLog, { name: "idle.minute", seconds: 60 });
  await recording.sayAll((index) => (index % 50 === 7 ? WAVE : IDLE));
  await recording.finish();
  page = await stage.look();
}, 120_000);

afterAll(() => stage?.close());

async function showRange(range: string): Promise<void> {
  await followLink(page, `#run=${recording.runId}&t=${range}`);
  const [startMs, endMs] = range.split("-").map((s) => Number(s) * 1_000);
  await expect.poll(() => shownStretch(page)).toEqual({ startMs, endMs });
  const found = await lanes(page).boundingBox();
  if (!found) throw new Error("The lanes are not on the screen.");
  box = found;
}

/** Where a time stands on the screen. */
function pxOf(ms: number, { startMs, endMs }: Stretch): number {
  return box.x + ((ms - startMs) / (endMs - startMs)) * box.width;
}

async function drag(from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, to.y, { steps: 3 });
  await page.mouse.move(to.x, to.y);
  await page.mouse.up();
}

const spanOf = ({ startMs, endMs }: Stretch) => endMs - startMs;

describe("over the timeline", () => {
  beforeEach(() => showRange("20-40"));

  it("the wheel zooms, and the time below the pointer stays below it", async () => {
    const before = { startMs: 20_000, endMs: 40_000 };
    const x = pxOf(25_000, before);
    await page.mouse.move(x, box.y + 40);
    for (const deltaY of [-100, -100, -100]) await page.mouse.wheel(0, deltaY);

    await expect.poll(async () => spanOf(await shownStretch(page))).toBeCloseTo(20_000 / 1.2 ** 3, -1);
    const after = await shownStretch(page);
    expect(Math.abs(pxOf(25_000, after) - x)).toBeLessThan(1.5);
  });

  it("Shift and the wheel go along the time", async () => {
    await page.mouse.move(box.x + 200, box.y + 40);
    await page.keyboard.down("Shift");
    await page.mouse.wheel(0, 100);
    await page.keyboard.up("Shift");

    await expect.poll(async () => (await shownStretch(page)).startMs).toBeGreaterThan(20_500);
    expect(spanOf(await shownStretch(page))).toBe(20_000);
  });

  it("a drag takes the time along, and a click picks the window", async () => {
    await drag({ x: box.x + 600, y: box.y + 40 }, { x: box.x + 300, y: box.y + 40 });

    const movedMs = (300 / box.width) * 20_000;
    await expect.poll(async () => (await shownStretch(page)).startMs).toBeCloseTo(20_000 + movedMs, -2);
    const shown = await shownStretch(page);
    await page.mouse.click(pxOf(30_000, shown), box.y + 40);
    await expect
      .poll(() => inspectedWindow(page).catch(() => -1))
      .toSatisfy((index: number) => index * 80 <= 30_000 && index * 80 + 2_000 >= 30_000);
    const picked = await inspectedWindow(page);
    await expect.poll(() => lanes(page).getAttribute("aria-valuetext")).toContain(`window ${picked},`);
  });

  it("a drag on the axis selects a range, whose length stands there, and which can be zoomed into", async () => {
    const shown = { startMs: 20_000, endMs: 40_000 };
    const y = box.y + box.height + 12;
    await drag({ x: pxOf(24_000, shown), y }, { x: pxOf(29_000, shown), y });

    await page.getByText("5.0 s", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Zoom", exact: true }).click();
    await expect.poll(async () => Math.round((await shownStretch(page)).startMs / 50)).toBe(480);
    expect(spanOf(await shownStretch(page))).toBeGreaterThan(4_900);
    await page.getByRole("button", { name: "Let go of the range" }).click();
    await expect.poll(() => page.getByText("5.0 s", { exact: true }).count()).toBe(0);
  });

  it("the pointer's time and verdict stand at the axis", async () => {
    await page.mouse.move(pxOf(30_000, { startMs: 20_000, endMs: 40_000 }), box.y + 40);

    const chip = page.getByRole("region", { name: "Timeline" }).getByText(/(29\.9|30\.0)\d s/);
    await chip.waitFor();
    await expect.poll(() => chip.textContent()).toMatch(/idle|wave/);
  });

  it("Shift and a drag measure", async () => {
    const shown = { startMs: 20_000, endMs: 40_000 };
    await page.keyboard.down("Shift");
    await drag({ x: pxOf(22_000, shown), y: box.y + 40 }, { x: pxOf(26_000, shown), y: box.y + 40 });
    await page.keyboard.up("Shift");

    await page.getByText("4.0 s · 50 windows").waitFor();
    expect(await shownStretch(page)).toEqual(shown);
  });

  it("the brush over the overview moves, and its ends stretch it", async () => {
    const brush = page.getByRole("slider", { name: "Time on the screen", exact: true });
    const place = await brush.boundingBox();
    if (!place) throw new Error("The brush is not on the screen.");
    const y = place.y + place.height / 2;
    // 20 s of 60 are a third of the overview.
    const pxPerS = place.width / 20;
    await drag({ x: place.x + place.width / 2, y }, { x: place.x + place.width / 2 + 10 * pxPerS, y });
    await expect.poll(async () => Math.round((await shownStretch(page)).startMs / 500)).toBe(60);

    await drag({ x: place.x + 30 * pxPerS, y }, { x: place.x + 20 * pxPerS, y });
    await expect.poll(async () => Math.round((await shownStretch(page)).endMs / 500)).toBe(80);
    expect(Math.round((await shownStretch(page)).startMs / 500)).toBe(60);
  });

  it("the brush's ends move by keyboard too", async () => {
    await page.getByRole("slider", { name: "End of the time on the screen" }).focus();
    await page.keyboard.press("ArrowLeft");

    await expect.poll(() => shownStretch(page)).toEqual({ startMs: 20_000, endMs: 38_000 });
  });

  it("a double click follows again", async () => {
    const live = await LiveRun.begin(stage.runLog, { name: "idle.live", seconds: 60 });
    await live.say(...Array.from({ length: 200 }, () => IDLE));
    await followLink(page, `#run=${live.runId}`);
    const follow = page.getByRole("button", { name: "Follow" });
    await expect.poll(async () => (await shownStretch(page)).endMs).toBeGreaterThan(15_000);
    await page.keyboard.press("w");
    await expect.poll(() => follow.getAttribute("aria-pressed")).toBe("false");

    await page.mouse.dblclick(box.x + 300, box.y + 40);

    await expect.poll(() => follow.getAttribute("aria-pressed")).toBe("true");
  });
});

describe("a link", () => {
  it("shows somebody else the same: stretch, window, range, filter, lines", async () => {
    const mine = await stage.look(`#run=${recording.runId}&t=20-40&r=25-30`, {
      permissions: ["clipboard-read", "clipboard-write"],
    });
    await expect.poll(() => shownStretch(mine)).toEqual({ startMs: 20_000, endMs: 40_000 });
    await mine.keyboard.press("n");
    await inspector(mine).getByText("Selected window").waitFor();
    await mine.getByRole("button", { name: /^mismatch/ }).click();
    await mine.keyboard.press("r");
    await mine.keyboard.press("d");
    await expect.poll(() => shownStretch(mine)).toEqual({ startMs: 24_000, endMs: 44_000 });
    await mine.getByRole("button", { name: "Link", exact: true }).click();
    await mine.getByRole("button", { name: "Copied" }).waitFor();

    const link = await mine.evaluate(() => navigator.clipboard.readText());
    const theirs = await stage.tab();
    await theirs.goto(link);

    await expect.poll(() => shownStretch(theirs)).toEqual({ startMs: 24_000, endMs: 44_000 });
    await inspector(theirs).getByText("Selected window").waitFor();
    expect(await inspectedWindow(theirs)).toBe(await inspectedWindow(mine));
    await theirs.getByText("5.0 s", { exact: true }).waitFor();
    const filter = theirs.getByRole("button", { name: /^mismatch/ });
    await expect.poll(() => filter.getAttribute("aria-pressed")).toBe("true");
    // Of the same model, drawn as lines: the same picture.
    await mine.mouse.move(0, 0);
    const picture = await pictureOfLanes(mine);
    await expect.poll(async () => (await photographLanes(theirs)).equals(picture)).toBe(true);
    await mine.keyboard.press("r");
    await expect.poll(async () => (await photographLanes(mine)).equals(picture)).toBe(false);
  });

  it("that is half nonsense shows what of it makes sense", async () => {
    const other = await stage.look(`#run=${recording.runId}&t=9-1&w=x:y:z&f=nothing&tab=confusion&fe=%00`);

    await expect.poll(() => shownStretch(other)).toEqual({ startMs: 0, endMs: 60_000 });
    const tab = other.getByRole("tab", { name: "Confusion" });
    await expect.poll(() => tab.getAttribute("aria-selected")).toBe("true");
  });

  it("to a run that is gone says so", async () => {
    const other = await stage.look("#run=run-0000000000000000");

    await other.getByRole("heading", { name: "This run cannot be shown." }).waitFor();
  });

  it("keeps a row of the table as the server has it", async () => {
    await showRange("0-60");
    const row = await readWindow(page, 7);

    expect(row).toMatchObject({ "#": "7", "Start s": "0.56", "End s": "2.56", Expected: "idle", wave: "0.800" });
  });
});
