import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Browser, Page } from "playwright-core";

import { createFolder, findFreePorts, isFree, openBrowser, startProgram, type Program } from "./harness.ts";
import { countWindows, lanes, readWindow, runItems } from "./page.ts";

interface Download {
  readonly run: { readonly sampleName: string; readonly expectedLabel: string; readonly createdAt: string };
  readonly windows: readonly {
    readonly startMs: number;
    readonly endMs: number;
    readonly verdict: string;
    readonly scores: Readonly<Record<string, number>>;
    readonly anomaly: number;
  }[];
}

function numberOf(cell: string | undefined): number {
  return Number(cell?.replace("\u2212", "-"));
}

describe("windowscope start", () => {
  const { folder, remove } = createFolder();
  let ports: number[];
  let program: Program;
  let browser: Browser;
  let page: Page;
  let url: string;

  beforeAll(async () => {
    ports = await findFreePorts(4);
    const [server, studio, devices, ingestion] = ports.map(String);
    url = `http://127.0.0.1:${server}`;
    program = startProgram(["start"], {
      WINDOWSCOPE_DATA_DIR: folder,
      WINDOWSCOPE_PORT: server ?? "",
      WINDOWSCOPE_STUDIO_PORT: studio ?? "",
      WINDOWSCOPE_DEVICES_PORT: devices ?? "",
      WINDOWSCOPE_INGESTION_PORT: ingestion ?? "",
    });
    browser = await openBrowser();
    await program.prints(`Windowscope  ${url}`);
    page = await browser.newPage();
    await page.goto(url);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    program?.child.kill("SIGKILL");
    remove();
  });

  it(
    "shows the windows of a recording that was uploaded after the start, without a reload",
    { timeout: 180_000 },
    async () => {
      const openedAt = new Date();
      await page.evaluate(() => Object.assign(globalThis, { isSamePage: true }));

      const items = await runItems(page);
      // "3 of 76", or "all 76 as labelled": what the demo device does is left to chance.
      await items
        .filter({ hasText: /\b(of|all) 76\b/ })
        .first()
        .waitFor({ timeout: 120_000 });
      // Alone: a session would get the next recording while it is read.
      await items.last().getByRole("button").click();
      await expect.poll(() => countWindows(page)).toBe(76);

      const { runs } = (await (await fetch(`${url}/api/v1/runs`)).json()) as { runs: { runId: string }[] };
      const { run, windows } = (await (
        await fetch(`${url}/api/v1/runs/${runs.at(-1)?.runId}/windows`)
      ).json()) as Download;
      expect(Date.parse(run.createdAt)).toBeGreaterThan(openedAt.getTime() - 10_000);
      expect(await page.title()).toBe("Windowscope");
      for (const index of [0, 1, 40, 75]) {
        const window = windows[index];
        const row = await readWindow(page, index);
        expect(row).toMatchObject({
          "#": String(index),
          "Start s": ((window?.startMs ?? NaN) / 1000).toFixed(2),
          "End s": ((window?.endMs ?? NaN) / 1000).toFixed(2),
          Expected: run.expectedLabel,
        });
        // A number that is next to its limit has more decimals, so that one sees on which side it is.
        expect(Math.abs(numberOf(row.idle) - (window?.scores.idle ?? NaN))).toBeLessThan(0.00051);
        expect(Math.abs(numberOf(row.wave) - (window?.scores.wave ?? NaN))).toBeLessThan(0.00051);
        expect(Math.abs(numberOf(row.Anomaly) - (window?.anomaly ?? NaN))).toBeLessThan(0.0051);
        expect(row.Predicted).toContain(window?.verdict);
      }
      expect(await page.evaluate(() => "isSamePage" in globalThis)).toBe(true);
      await page.getByRole("button", { name: "← Session" }).click();
    },
  );

  it(
    "follows: the windows of the next recording come behind the others by themselves",
    { timeout: 120_000 },
    async () => {
      const items = await runItems(page);
      const before = await items.count();
      await expect.poll(() => countWindows(page)).toBeGreaterThanOrEqual(76 * before);

      await expect.poll(() => items.count(), { timeout: 60_000 }).toBeGreaterThan(before);

      await expect.poll(() => countWindows(page)).toBeGreaterThanOrEqual(76 * (before + 1));
    },
  );

  it("says on the page that the project is simulated", async () => {
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Demo: simulated motion");
  });

  it("steps through windows by keyboard, and tells a screen reader what each one says", async () => {
    const slider = lanes(page);
    await slider.focus();
    await page.keyboard.press("Home");
    await expect.poll(() => slider.getAttribute("aria-valuetext")).toMatch(/^window 0, 0\.00 s to 2\.00 s, /);
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Period");

    await expect.poll(() => slider.getAttribute("aria-valuetext")).toMatch(/^window 2, 0\.16 s to 2\.16 s, .*labelled/);
    await page.keyboard.press("Escape");
  });

  it("ends every process within 5 s of Ctrl-C, and frees its ports", { timeout: 20_000 }, async () => {
    const { code, tookMs } = await program.end("SIGINT");

    expect(tookMs).toBeLessThan(5_000);
    expect(code).toBe(0);
    for (const port of ports) expect(await isFree(port), `port ${port}`).toBe(true);
  });
});
