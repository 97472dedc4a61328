/** What each key does, as one sees it. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { ANOMALY, IDLE, LiveRun, UNCERTAIN, WAVE, type Opinion } from "./live-run.ts";
import {
  followLink,
  inspectedWindow,
  inspector,
  photographLanes,
  pictureOfLanes,
  shownStretch,
  windowsRegion,
} from "./page.ts";
import { Stage } from "./stage.ts";

/** Of a minute: 726 windows, all idle but these. */
const ODD: Readonly<Record<number, Opinion>> = { 100: WAVE, 101: WAVE, 300: UNCERTAIN, 500: ANOMALY };
const MISMATCHES = [100, 101, 300, 500];

let stage: Stage;
let recording: LiveRun;
let page: Page;

beforeAll(async () => {
  stage = await Stage.open();
  recording = await LiveRun.begin(stage.runLog, { name: "idle.minute", seconds: 60 });
  await recording.sayAll((index) => ODD[index] ?? IDLE);
  await recording.finish();
  page = await stage.look();
}, 120_000);

afterAll(() => stage?.close());

async function press(...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

describe("over a recording", () => {
  beforeEach(async () => {
    await followLink(page, `#run=${recording.runId}&t=20-40`);
    await expect.poll(() => shownStretch(page)).toEqual({ startMs: 20_000, endMs: 40_000 });
  });

  it.each([
    { keys: ["a", "ArrowLeft"], does: "goes to earlier times", stretch: [12_000, 32_000] },
    { keys: ["d", "ArrowRight"], does: "goes to later times", stretch: [28_000, 48_000] },
    { keys: ["w"], does: "shows less time in more detail", stretch: [23_333, 36_667] },
    { keys: ["+"], does: "shows less time in more detail", stretch: [23_333, 36_667] },
    { keys: ["="], does: "shows less time in more detail", stretch: [23_333, 36_667] },
    { keys: ["s"], does: "shows more time", stretch: [15_000, 45_000] },
    { keys: ["-"], does: "shows more time", stretch: [15_000, 45_000] },
    { keys: ["0"], does: "shows everything", stretch: [0, 60_000] },
    { keys: ["1"], does: "shows ten seconds", stretch: [25_000, 35_000] },
    { keys: ["2"], does: "shows a minute", stretch: [0, 60_000] },
  ])("$keys.0 $does", async ({ keys, stretch: [startMs, endMs] }) => {
    await press(...keys);

    await expect.poll(() => shownStretch(page)).toEqual({ startMs, endMs });
  });

  it("comma and full stop go from window to window", async () => {
    // The next mismatch is looked for from what is on the screen.
    await press("0", "n", ".");
    await expect.poll(() => inspectedWindow(page)).toBe(101);
    await press(".", ".", ",");

    await expect.poll(() => inspectedWindow(page)).toBe(102);
    await inspector(page).getByText("Selected window").waitFor();
  });

  it("n goes from mismatch to mismatch, Shift+N back, and each comes into sight", async () => {
    await press("0");
    for (const index of MISMATCHES) {
      await press("n");
      await expect.poll(() => inspectedWindow(page)).toBe(index);
      const { startMs, endMs } = await shownStretch(page);
      expect(endMs).toBeGreaterThan(index * 80);
      expect(startMs).toBeLessThan(index * 80 + 2_000);
    }
    await press("Shift+N", "Shift+N");

    await expect.poll(() => inspectedWindow(page)).toBe(101);
    await inspector(page).getByRole("img", { name: "not as expected" }).waitFor();
  });

  it("x goes to the next anomaly, and Enter brings it to the middle", async () => {
    await press("x");
    await expect.poll(() => inspectedWindow(page)).toBe(500);
    await inspector(page).getByTitle("anomaly", { exact: true }).waitFor();
    await press("d", "d", "Enter");

    await expect
      .poll(async () => {
        const { startMs, endMs } = await shownStretch(page);
        return (startMs + endMs) / 2;
      })
      .toBe(500 * 80 + 1_000);
  });

  it("m marks the picked window, and takes the mark away", async () => {
    await press("0", "n", "Enter");
    await expect.poll(() => inspectedWindow(page)).toBe(100);
    await page.mouse.move(0, 0);
    const before = await pictureOfLanes(page);

    await press("m");
    await page.getByText("Marked.", { exact: true }).waitFor({ state: "attached" });
    await expect.poll(async () => (await photographLanes(page)).equals(before)).toBe(false);
    await press("m");
    await page.getByText("Mark removed.", { exact: true }).waitFor({ state: "attached" });
    await expect.poll(async () => (await photographLanes(page)).equals(before)).toBe(true);
  });

  it("r draws the probabilities as lines, and as a ribbon again", async () => {
    await page.mouse.move(0, 0);
    await expect.poll(() => page.url()).toContain("t=20-40");
    const ribbon = await pictureOfLanes(page);

    await press("r");
    await expect.poll(async () => (await photographLanes(page)).equals(ribbon)).toBe(false);
    await expect.poll(() => page.url()).toContain("lines");
    await press("r");
    await expect.poll(async () => (await photographLanes(page)).equals(ribbon)).toBe(true);
  });

  it("t gives the table the keyboard, then closes it; the opener brings it back", async () => {
    await press("t");
    await expect.poll(() => windowsRegion(page).evaluate((region) => region === document.activeElement)).toBe(true);
    await press("ArrowDown", "ArrowDown");
    await expect.poll(() => inspector(page).getByText("Selected window").count()).toBe(1);
    await press("t");
    await windowsRegion(page).waitFor({ state: "detached" });

    await page.getByRole("button", { name: "Table T" }).click();
    await windowsRegion(page).waitFor();
  });

  it.each([
    { key: "e", name: "Export" },
    { key: "Control+k", name: "Commands" },
    { key: "?", name: "Keys" },
  ])("$key opens $name, Esc closes it, and no other key works meanwhile", async ({ key, name }) => {
    await press(key);
    const dialog = page.getByRole("dialog", { name, exact: true });
    await dialog.waitFor();
    await press("d");
    await press("Escape");

    await dialog.waitFor({ state: "detached" });
    expect(await shownStretch(page)).toEqual({ startMs: 20_000, endMs: 40_000 });
  });

  it("Ctrl+K finds a command by its words, and Enter does it", async () => {
    await press("Control+k");
    await page.getByRole("combobox", { name: "Find a command" }).fill("everything");
    await page.getByRole("option", { name: /Show everything/ }).waitFor();
    await press("Enter");

    await expect.poll(() => shownStretch(page)).toEqual({ startMs: 0, endMs: 60_000 });
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });

  it("Esc lets go of the picked window, then of the range, then of the filter", async () => {
    await followLink(page, `#run=${recording.runId}&t=20-40&r=25-30&f=mismatch&w=${recording.runId}:300`);
    await expect.poll(() => inspectedWindow(page)).toBe(300);
    const range = page.getByRole("button", { name: "Let go of the range" });
    const filter = page.getByRole("button", { name: /^mismatch/ });

    await press("Escape");
    await inspector(page).getByText("Newest window").waitFor();
    await range.waitFor();
    await press("Escape");
    await range.waitFor({ state: "detached" });
    expect(await filter.getAttribute("aria-pressed")).toBe("true");
    await press("Escape");
    await expect.poll(() => filter.getAttribute("aria-pressed")).toBe("false");
  });

  it("Space on a button is the button's, and letters in a field are the field's", async () => {
    await page.getByRole("button", { name: "Keys" }).focus();
    await press("Space");
    const dialog = page.getByRole("dialog", { name: "Keys" });
    await dialog.waitFor();
    await press("Escape");
    // Nothing behind an open dialog can be focused.
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("spinbutton", { name: "min confidence, value" }).focus();
    await press("a", "0");

    expect(await shownStretch(page)).toEqual({ startMs: 20_000, endMs: 40_000 });
  });
});

describe("over what is live", () => {
  let live: LiveRun;

  beforeAll(async () => {
    live = await LiveRun.begin(stage.runLog, { name: "idle.live", seconds: 7_200 });
    // Almost all of it: the end is still to come.
    while (live.windows < live.length - 500) await live.say(...Array.from({ length: 500 }, () => IDLE));
  }, 60_000);

  beforeEach(async () => {
    await followLink(page, `#run=${live.runId}`);
    // The session is live, too, so that this word alone does not say that the run is there.
    await page.getByText("Live", { exact: true }).waitFor();
    await expect.poll(async () => (await shownStretch(page)).endMs).toBeGreaterThan(7_000_000);
  });

  it("Space holds and follows again", async () => {
    const isPressed = (name: string) => page.getByRole("button", { name }).getAttribute("aria-pressed");

    await press("Space");
    await expect.poll(() => isPressed("Hold")).toBe("true");
    await press("Space");
    await expect.poll(() => isPressed("Follow")).toBe("true");
    await expect.poll(() => isPressed("Hold")).toBe("false");
  });

  it("l comes back to live from wherever one is", async () => {
    const follow = page.getByRole("button", { name: "Follow" });
    await press("1", "a", "a");
    await expect.poll(() => follow.getAttribute("aria-pressed")).toBe("false");

    await press("l");
    await expect.poll(() => follow.getAttribute("aria-pressed")).toBe("true");
    await expect
      .poll(async () => {
        const { startMs, endMs } = await shownStretch(page);
        return endMs - startMs;
      })
      .toBe(10_000);
  });

  it.each([
    { key: "1", spanMs: 10_000 },
    { key: "2", spanMs: 60_000 },
    { key: "3", spanMs: 600_000 },
    { key: "4", spanMs: 3_600_000 },
  ])("$key shows the last $spanMs ms", async ({ key, spanMs }) => {
    await press(key);

    await expect
      .poll(async () => {
        const { startMs, endMs } = await shownStretch(page);
        return endMs - startMs;
      })
      .toBe(spanMs);
  });
});
