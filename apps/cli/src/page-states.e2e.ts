/** What the page shows in each state that it can be in. */
import { RunLogWriteError, type RunLog } from "@windowscope/runlog";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";

import { FaultProxy } from "../faults/fault-proxy.ts";
import { IDLE, LiveRun, WAVE } from "./live-run.ts";
import { countWindows, dragOver, inspectedWindow, inspector, runItems } from "./page.ts";
import { recordingOf, Stage } from "./stage.ts";

let stage: Stage;
let runs = 0;

beforeAll(async () => {
  stage = await Stage.open();
}, 120_000);

afterAll(() => stage?.close());

afterEach(() => stage.closeTabs());

/** A run that goes on now. */
async function begin(seconds: number): Promise<LiveRun> {
  return LiveRun.begin(stage.runLog, { name: `idle.live-${++runs}`, seconds });
}

function verdict(page: Page) {
  return page.getByRole("region", { name: "Verdict" });
}

async function lookAt(run: LiveRun, base = stage.url): Promise<Page> {
  const page = await stage.tab();
  await page.goto(`${base}/#run=${run.runId}`);
  return page;
}

describe("the page", { timeout: 90_000 }, () => {
  it("without any run shows its lanes empty, says so, and offers what would change that", async () => {
    const page = await stage.look();

    await page.getByRole("heading", { name: "No windows yet." }).waitFor();

    const timeline = page.getByRole("region", { name: "Timeline" });
    for (const lane of [/Signal/, /Probability/, /Expected/, /Predicted/, /Anomaly/]) {
      await timeline.getByText(lane).first().waitFor();
    }
    await timeline.getByText("JSON, CBOR, CSV, WAV, JPG, PNG").waitFor();
    expect(await page.getByRole("button", { name: "Export" }).isDisabled()).toBe(true);
    await timeline.getByRole("button", { name: "Record on a device" }).click();
    await page.getByRole("dialog", { name: "Record" }).waitFor();
    await page.keyboard.press("Escape");
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      timeline.getByRole("button", { name: "Upload a recording" }).click(),
    ]);
    await chooser.setFiles({ name: "walk.json", mimeType: "application/json", buffer: Buffer.from("{}") });
    await page.getByRole("dialog", { name: "Upload" }).getByText("walk.json").waitFor();
  });

  it("shows time without a recording as a gap with its length", async () => {
    const first = await LiveRun.begin(stage.runLog, { name: "idle.early", seconds: 4, endsAt: Date.now() - 44_000 });
    await first.sayAll(() => IDLE);
    await first.finish();
    const second = await begin(4);
    await second.sayAll(() => WAVE);
    await second.finish();

    const page = await stage.look();

    await page.getByRole("region", { name: "Timeline" }).getByText("pause 40 s", { exact: true }).waitFor();
  });

  it("says where a classifier was busy, and how many windows it let pass", async () => {
    const run = await begin(20);
    await run.say(...Array.from({ length: 30 }, () => IDLE));
    run.skip(60);
    await run.say(...Array.from({ length: 30 }, () => IDLE));

    const page = await lookAt(run);

    await page.getByRole("region", { name: "Timeline" }).getByText("classifier busy, 60 skipped").waitFor();
    await expect.poll(() => countWindows(page)).toBe(60);
  });

  it("draws the signal while it waits for the first window, and says how full that is", async () => {
    const run = await begin(20);
    await run.signal(0.8);
    const page = await lookAt(run);

    await verdict(page).getByText("0.8 / 2.0 s").waitFor();

    const rail = verdict(page).getByRole("progressbar", { name: "Filling the first window" });
    expect(await rail.getAttribute("value")).toBe("800");
    await run.signal(1.6);
    await verdict(page).getByText("1.6 / 2.0 s").waitFor();
    await run.say(IDLE);
    await verdict(page).getByText("idle", { exact: true }).waitFor();
    await rail.waitFor({ state: "detached" });
  });

  it("follows live: the verdict is that of the newest window", async () => {
    const run = await begin(20);
    await run.say(IDLE);
    const page = await lookAt(run);

    await page.getByText("Live", { exact: true }).waitFor();
    await verdict(page).getByText("idle", { exact: true }).waitFor();
    expect(await page.getByRole("button", { name: "Follow" }).getAttribute("aria-pressed")).toBe("true");
    await run.say(...Array.from({ length: 24 }, () => IDLE), WAVE);
    await verdict(page).getByText(/wave$/).waitFor();
    await verdict(page).getByText("0.800").waitFor();
    await expect.poll(() => inspectedWindow(page)).toBe(25);
    await expect.poll(() => countWindows(page)).toBe(26);
    // On a busy machine one window can be old before it is looked at.
    await expect
      .poll(async () => {
        await run.say(WAVE);
        return verdict(page).getByText("Now", { exact: true }).count();
      })
      .toBe(1);
  });

  it("holds still while windows come, counts them, and goes on where the newest is", async () => {
    const run = await begin(60);
    await run.say(...Array.from({ length: 10 }, () => IDLE));
    const page = await stage.look();
    await page.getByText("Live", { exact: true }).waitFor();
    const clock = () => page.getByText(/^\d\d:\d\d:\d\d\.\d$/).textContent();
    const first = await clock();
    await expect.poll(clock).not.toBe(first);
    await expect.poll(() => inspectedWindow(page)).toBeGreaterThan(8);
    const windows = await countWindows(page);

    await page.keyboard.press("Space");
    await expect.poll(() => page.getByRole("button", { name: "Hold" }).getAttribute("aria-pressed")).toBe("true");
    const held = await clock();
    await run.say(...Array.from({ length: 12 }, () => WAVE));

    const pill = page.getByRole("button", { name: /^12 new/ });
    await pill.waitFor();
    await expect.poll(() => countWindows(page)).toBe(windows + 12);
    expect(await clock()).toBe(held);
    await pill.click();
    await expect.poll(clock).not.toBe(held);
    expect(await page.getByRole("button", { name: "Follow" }).getAttribute("aria-pressed")).toBe("true");
    expect(await pill.count()).toBe(0);
  });

  it("dims the verdict, and says for how long there was nothing, when a stream stops", async () => {
    const run = await begin(60);
    await run.say(IDLE, IDLE);
    const page = await lookAt(run);
    const word = verdict(page).getByText("idle", { exact: true });
    const colour = () => word.evaluate((element) => getComputedStyle(element).color);

    await verdict(page)
      .getByText(/No data for \d\.\d s/)
      .waitFor();

    const dimmed = await colour();
    // On a busy machine one window can be old before it is looked at.
    await expect
      .poll(async () => {
        await run.say(IDLE);
        return colour();
      })
      .not.toBe(dimmed);
    await verdict(page)
      .getByText(/No data for \d\.\d s/)
      .waitFor();
    await expect.poll(colour).toBe(dimmed);
  });

  it("says that results are late where the way to the server is long", async () => {
    const proxy = await FaultProxy.start(stage.port);
    onTestFinished(() => proxy.close());
    const run = await begin(20);
    await run.say(IDLE);
    const page = await lookAt(run, `http://127.0.0.1:${proxy.port}`);
    await page.getByText(/lag \d{1,2} ms/).waitFor();
    expect(await page.getByRole("img", { name: "late" }).count()).toBe(0);

    proxy.setFaults({ latencyMs: 320 });

    await page.getByRole("img", { name: "late" }).waitFor();
    await page.getByText(/lag [3-9]\d\d ms/).waitFor();
  });

  it("counts its tries while the server is away, keeps what it has, and tries at once when asked to", async () => {
    const proxy = await FaultProxy.start(stage.port);
    onTestFinished(() => proxy.close());
    const run = await begin(60);
    await run.say(...Array.from({ length: 30 }, () => IDLE));
    const page = await lookAt(run, `http://127.0.0.1:${proxy.port}`);
    await expect.poll(() => countWindows(page)).toBe(30);

    proxy.setDown(true);

    await page.getByText("Not live", { exact: true }).waitFor();
    await page.keyboard.press(",");
    await page.keyboard.press(",");
    await expect.poll(() => inspectedWindow(page)).toBe(28);
    // Long enough to ask before it tries by itself.
    await page.getByText(/Reconnecting, try ([3-9]|\d\d), next in ([3-9]|\d\d) s/).waitFor({ timeout: 60_000 });
    proxy.setDown(false);
    await page.getByRole("button", { name: "Retry" }).click();
    await page.getByText("Live", { exact: true }).waitFor();
    await expect.poll(() => page.getByText(/Reconnecting/).count()).toBe(0);
    // What was missed is known once something has come again.
    await run.say(IDLE);
    await page.getByRole("tab", { name: /^Log/ }).click();
    await page.getByRole("log").getByText("windows missed: none").waitFor();
  });

  it("reads the project again, of which it heard nothing, once it has found the server again", async () => {
    const proxy = await FaultProxy.start(stage.port);
    onTestFinished(() => proxy.close());
    const run = await begin(20);
    await run.say(IDLE);
    const page = await stage.tab();
    const refused = page.waitForEvent("requestfailed", (request) => /projects\/\d+$/.test(request.url()));
    await page.route(/\/projects\/\d+$/, (route) => route.abort());
    await page.goto(`http://127.0.0.1:${proxy.port}/#run=${run.runId}`);
    await refused;
    await page.getByRole("heading", { level: 1, name: "Windowscope" }).waitFor();

    await page.unrouteAll();
    proxy.setDown(true);
    await page.getByText(/Reconnecting, try/).waitFor();
    proxy.setDown(false);

    await page.getByRole("heading", { level: 1, name: "Windowscope" }).waitFor({ state: "detached" });
  });

  it("shows one broken window as broken, and goes on with the others", async () => {
    const run = await begin(20);
    await run.say(IDLE, { scores: [NaN, NaN, NaN, NaN] });
    const page = await lookAt(run);

    await inspector(page).getByText("The impulse gave no number for this window.").waitFor();

    await run.say(WAVE);
    await verdict(page).getByText(/wave$/).waitFor();
    await inspector(page).getByText("The impulse gave no number").waitFor({ state: "detached" });
  });

  it("is a plain recording without a live control once a run is over", async () => {
    const run = await begin(4);
    await run.say(IDLE);
    const page = await lookAt(run);
    await page.getByText("Live", { exact: true }).waitFor();

    await run.sayAll(() => IDLE);
    await run.finish();

    await page.getByRole("button", { name: "← Session" }).waitFor();
    await expect.poll(() => page.getByText("Live", { exact: true }).count()).toBe(0);
    await expect.poll(() => page.getByRole("group", { name: "View" }).count()).toBe(0);
    await verdict(page).getByText("Last window", { exact: true }).waitFor();
    await page.getByRole("button", { name: "← Session" }).click();
    await page.getByRole("group", { name: "View" }).waitFor();
    await (await runItems(page)).first().waitFor();
  });

  it("names what can be dropped while files are dragged over it, and takes them", async () => {
    const page = await stage.look();
    await page.getByRole("button", { name: "Record" }).waitFor();
    const files = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(["{}"], "walk.json"));
      transfer.items.add(new File(["x"], "notes.txt"));
      return transfer;
    });

    await dragOver(page, files);
    await page.getByText("Drop to upload and classify. JSON, CBOR, CSV and WAV recordings").waitFor();
    await page.locator("body").dispatchEvent("dragleave", { dataTransfer: files });
    await page.getByText("Drop to upload and classify.").waitFor({ state: "detached" });
    await dragOver(page, files);
    await page.locator("body").dispatchEvent("drop", { dataTransfer: files });

    const dialog = page.getByRole("dialog", { name: "Upload" });
    await dialog.getByText("walk.json").waitFor();
    await dialog.getByText("notes.txt is not JSON, CBOR, CSV, WAV, JPG or PNG").waitFor();
  });
});

describe("a server that cannot store what happens", { timeout: 90_000 }, () => {
  it("says so on the page, and when it can again", async () => {
    let isFull = false;
    const throughLog = (runLog: RunLog) =>
      new Proxy(runLog, {
        get(log, name: keyof RunLog) {
          if (name !== "append") return log[name].bind(log);
          return (...args: Parameters<RunLog["append"]>) =>
            isFull
              ? Promise.reject(new RunLogWriteError("runs.db", { cause: new Error("disk full") }))
              : log.append(...args);
        },
      });
    const full = await Stage.open({ throughLog });
    onTestFinished(() => full.close());
    const page = await full.look();
    await page.getByText("Live", { exact: true }).waitFor();

    isFull = true;
    await full.upload(
      "idle.full",
      recordingOf(4, (timeS) => [Math.sin(timeS * 9), 0, 9.8]),
    );

    await page.getByText(/cannot be stored for the moment.*disk full.*nothing of it is lost/).waitFor();
    await page.getByText("Not live", { exact: true }).waitFor();
    isFull = false;
    await expect.poll(() => countWindows(page)).toBe(26);
    await page.getByText("Live", { exact: true }).waitFor();
    await expect.poll(() => page.getByText(/cannot be stored/).count()).toBe(0);
  });
});
