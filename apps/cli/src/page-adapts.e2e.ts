/** The page as a system or a browser asks for it: less motion, colours that the system chooses, no worker that draws. */
import { setTimeout as pause } from "node:timers/promises";

import type { BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it, onTestFinished } from "vitest";

import { ANOMALY, IDLE, LiveRun, UNCERTAIN, WAVE } from "./live-run.ts";
import { countWindows, inspector, lanes, photographLanes, pictureOfLanes, shownStretch } from "./page.ts";
import { Stage } from "./stage.ts";

let stage: Stage;
let recording: LiveRun;

beforeAll(async () => {
  stage = await Stage.open();
  recording = await LiveRun.begin(stage.runLog, { name: "idle.minute", seconds: 60 });
  await recording.sayAll((index) => ({ 100: WAVE, 300: UNCERTAIN, 500: ANOMALY })[index] ?? IDLE);
  await recording.finish();
}, 120_000);

afterAll(() => stage?.close());

afterEach(() => stage.closeTabs());

/** By how much the running clock went on, each time that it did, s. */
async function readClockSteps(page: Page, count: number): Promise<number[]> {
  const clock = page.getByText(/^\d\d:\d\d:\d\d\.\d$/);
  const texts = await clock.evaluate(
    (element, wanted) =>
      new Promise<string[]>((resolve) => {
        const seen: string[] = [];
        const observer = new MutationObserver(() => {
          seen.push(element.textContent ?? "");
          if (seen.length < wanted) return;
          observer.disconnect();
          resolve(seen);
        });
        observer.observe(element, { characterData: true, childList: true, subtree: true });
      }),
    count + 1,
  );
  const seconds = texts.map((text) => text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0));
  return seconds.slice(1).map((at, i) => at - (seconds[i] ?? 0));
}

async function followSession(options: BrowserContextOptions): Promise<Page> {
  const page = await stage.look("", options);
  await page.getByText("Live", { exact: true }).waitFor();
  await expect.poll(() => countWindows(page)).toBeGreaterThan(0);
  return page;
}

it("follows in steps of a second for those who want less motion, and evenly for others", async () => {
  // A view that follows stops some time after its last run has come, and a busy machine needs long to open a page.
  const stop = new AbortController();
  const coming = (async () => {
    while (!stop.signal.aborted) {
      const run = await LiveRun.begin(stage.runLog, { name: "idle.live", seconds: 4 });
      await run.say(IDLE);
      await pause(8_000, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  onTestFinished(async () => {
    stop.abort();
    await coming;
  });

  const still = await readClockSteps(await followSession({ reducedMotion: "reduce" }), 3);
  const even = await readClockSteps(await followSession({ reducedMotion: "no-preference" }), 9);

  // The clock shows tenths.
  for (const step of still) expect(step).toBeGreaterThanOrEqual(0.89);
  expect(Math.min(...even)).toBeLessThan(0.5);
});

it("keeps apart what is drawn, pressed, picked and focused where the system chooses the colours", async () => {
  const page = await stage.look(`#run=${recording.runId}&w=${recording.runId}:100&f=mismatch`, {
    forcedColors: "active",
  });
  await inspector(page).getByText("Selected window").waitFor();

  // Wrong is said by a sign, not by a colour.
  await inspector(page).getByRole("img", { name: "not as expected" }).waitFor();
  await expect.poll(async () => (await coloursOf(page)).length).toBeGreaterThan(3);
  const background = (button: Locator) => button.evaluate((element) => getComputedStyle(element).backgroundColor);
  const pressed = page.getByRole("button", { pressed: true });
  await expect.poll(() => pressed.allTextContents()).toEqual(expect.arrayContaining(["float32", "mismatch 3"]));
  const highlight = await colourOf(page, "Highlight");
  for (const button of await pressed.all()) expect(await background(button)).toBe(highlight);
  const released = page.getByRole("button", { pressed: false });
  expect(await released.count()).toBeGreaterThan(3);
  for (const button of await released.all()) expect(await background(button)).not.toBe(highlight);
  const picked = await pictureOfLanes(page);
  await page.keyboard.press("Escape");
  await inspector(page).getByText("Newest window").waitFor();
  await expect.poll(async () => (await photographLanes(page)).equals(picked)).toBe(false);
  await page.keyboard.press("Tab");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outline);
  expect(outline).toContain("solid 2px");
});

it("draws in a worker, and the same where no worker can draw", async () => {
  const address = `#run=${recording.runId}&t=20-50`;
  const withWorker = await stage.look(address);
  const without = await stage.tab();
  await without.addInitScript(() => {
    Reflect.deleteProperty(globalThis, "OffscreenCanvas");
    Reflect.deleteProperty(HTMLCanvasElement.prototype, "transferControlToOffscreen");
  });
  await without.goto(`${stage.url}/${address}`);
  for (const page of [withWorker, without]) {
    await expect.poll(() => shownStretch(page)).toEqual({ startMs: 20_000, endMs: 50_000 });
    await expect.poll(async () => (await coloursOf(page)).length).toBeGreaterThan(8);
  }

  expect(withWorker.workers()).toHaveLength(1);
  expect(without.workers()).toHaveLength(0);
  const drawn = await pictureOfLanes(withWorker);
  await expect.poll(async () => (await photographLanes(without)).equals(drawn)).toBe(true);
  // And one can move in it.
  await without.keyboard.press("d");
  await expect.poll(async () => (await photographLanes(without)).equals(drawn)).toBe(false);
});

/** The colours that the lanes are drawn in. */
function coloursOf(page: Page): Promise<number[]> {
  return lanes(page)
    .locator("canvas")
    .evaluate((canvas: HTMLCanvasElement) => {
      const copy = document.createElement("canvas");
      copy.width = canvas.width;
      copy.height = canvas.height;
      const context = copy.getContext("2d");
      if (!context || canvas.width === 0) return [];
      context.drawImage(canvas, 0, 0);
      return [...new Set(new Uint32Array(context.getImageData(0, 0, copy.width, copy.height).data.buffer))];
    });
}

/** A colour of the system, as styles are read. */
function colourOf(page: Page, name: string): Promise<string> {
  return page.evaluate((wanted) => {
    const element = document.body.appendChild(document.createElement("i"));
    element.style.cssText = `forced-color-adjust: none; color: ${wanted}`;
    const { color } = getComputedStyle(element);
    element.remove();
    return color;
  }, name);
}
