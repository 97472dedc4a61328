/** What axe finds on the page in each state that it can be in, in light and dark colours. It must find nothing. */
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";

import { FaultProxy } from "../faults/fault-proxy.ts";
import { findAxeFaults } from "./axe-faults.ts";
import { ANOMALY, IDLE, LiveRun, UNCERTAIN, WAVE } from "./live-run.ts";
import { countWindows, windowsTable } from "./page.ts";
import { Stage } from "./stage.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
}, 120_000);

afterAll(() => stage?.close());

afterEach(() => stage.closeTabs());

describe.each(["light", "dark"] as const)("an empty page in %s colours", (colorScheme) => {
  it("has nothing that axe finds wrong, wide and narrow", async () => {
    for (const width of [1_440, 390]) {
      const page = await stage.look("", { colorScheme, viewport: { width, height: 900 } });
      await page.getByRole("heading", { name: "No windows yet." }).waitFor();

      expect(await findAxeFaults(page), `${width} px`).toEqual([]);
    }
  });
});

describe.each(["light", "dark"] as const)(
  "in %s colours axe finds nothing wrong",
  { timeout: 60_000 },
  (colorScheme) => {
    let recording: LiveRun;

    beforeAll(async () => {
      recording = await LiveRun.begin(stage.runLog, { name: "idle.minute", seconds: 60, endsAt: Date.now() - 90_000 });
      await recording.sayAll((index) => ({ 100: WAVE, 300: UNCERTAIN, 500: ANOMALY })[index] ?? IDLE);
      await recording.finish();
    });

    const look = (address: string, options: BrowserContextOptions = {}) =>
      stage.look(address, { colorScheme, ...options });

    async function lookAtRecording(options?: BrowserContextOptions): Promise<Page> {
      const page = await look(`#run=${recording.runId}`, options);
      await expect.poll(() => countWindows(page)).toBe(recording.length);
      return page;
    }

    it("while the first window fills, live, held and stale", async () => {
      const live = await LiveRun.begin(stage.runLog, { name: "idle.live", seconds: 60 });
      await live.signal(0.8);
      const page = await look(`#run=${live.runId}`);
      await page.getByText("0.8 / 2.0 s").waitFor();
      expect(await findAxeFaults(page), "filling").toEqual([]);

      await live.say(...Array.from({ length: 200 }, (_, i) => (i % 40 === 0 ? WAVE : IDLE)));
      await expect.poll(() => countWindows(page)).toBe(200);
      expect(await findAxeFaults(page), "live").toEqual([]);

      await page.keyboard.press("Space");
      await live.say(WAVE, WAVE);
      await page.getByRole("button", { name: /^2 new/ }).waitFor();
      await page.getByText(/No data for/).waitFor();
      expect(await findAxeFaults(page), "held and stale").toEqual([]);
    });

    it("while the server is away", async () => {
      const proxy = await FaultProxy.start(stage.port);
      onTestFinished(() => proxy.close());
      const page = await stage.tab({ colorScheme });
      await page.goto(`http://127.0.0.1:${proxy.port}/#run=${recording.runId}`);
      await expect.poll(() => countWindows(page)).toBe(recording.length);

      proxy.setDown(true);
      await page.getByText(/Reconnecting, try \d/).waitFor();

      expect(await findAxeFaults(page)).toEqual([]);
    });

    it("where a run cannot be shown", async () => {
      const page = await look("#run=run-0000000000000000");
      await page.getByRole("heading", { name: "This run cannot be shown." }).waitFor();

      expect(await findAxeFaults(page)).toEqual([]);
    });

    it("with each tab of the drawer, a window picked and the list of runs open", async () => {
      const page = await lookAtRecording();
      await page.getByRole("button", { name: "Runs", exact: true }).click();
      await page.keyboard.press("n");
      await page.getByText("Selected window").waitFor();

      for (const name of ["Windows", "Summary", "Confusion", "Labels", "Log"]) {
        await page.getByRole("tab", { name: new RegExp(`^${name}`) }).click();
        await page
          .getByRole("tabpanel", { name: new RegExp(`^${name}`) })
          .locator("table, form, [role=log], p")
          .first()
          .waitFor();
        expect(await findAxeFaults(page), name).toEqual([]);
      }
    });

    it.each([
      { command: "Record on a device…", title: "Record" },
      { command: "Upload recordings…", title: "Upload" },
      { command: "Test set…", title: "Test set" },
      { command: "Export…", title: "Export" },
      { command: "Keys", title: "Keys" },
    ])("with $title open", async ({ command, title }) => {
      const page = await lookAtRecording();
      await page.keyboard.press("Control+k");
      const option = page.getByRole("option", { name: command }).first();
      await option.waitFor();
      if (title === "Keys") expect(await findAxeFaults(page), "Commands").toEqual([]);
      await option.click();
      const dialog = page.getByRole("dialog", { name: title, exact: true });
      await dialog.waitFor();
      // What the server is asked for has come.
      await dialog.getByText(/^(Asking|Counting)/).waitFor({ state: "detached" });

      expect(await findAxeFaults(page)).toEqual([]);
    });

    it("on a narrow screen, and inside of another page", async () => {
      const narrow = await lookAtRecording({ viewport: { width: 390, height: 844 } });
      expect(await findAxeFaults(narrow), "narrow").toEqual([]);
      for (const name of ["Expected", "Predicted"]) {
        const head = await windowsTable(narrow).getByRole("columnheader", { name }).boundingBox();
        expect((head?.x ?? Infinity) + (head?.width ?? Infinity), `right edge of ${name}`).toBeLessThan(390);
      }
      await narrow.getByRole("button", { name: /^#/ }).click();
      await narrow.getByRole("region", { name: "Inspector" }).waitFor();
      expect(await findAxeFaults(narrow), "narrow, with the inspector").toEqual([]);

      const embedded = await look(`?embed=1#run=${recording.runId}`, { viewport: { width: 640, height: 300 } });
      await embedded.getByRole("region", { name: "Verdict" }).getByText("idle", { exact: true }).waitFor();
      expect(await embedded.getByRole("tab").count()).toBe(0);
      expect(await findAxeFaults(embedded), "embedded").toEqual([]);
    });
  },
);
