/** What axe finds on the page in each state that it can be in, in its light and its dark colours. It must find nothing. */
import type { BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";

import { FaultProxy } from "../faults/fault-proxy.ts";
import { findAxeFaultsInBothColours } from "./axe-faults.ts";
import { LiveRecording, type RecordingNews } from "./live-recording.ts";
import { ANOMALY, IDLE, LiveRun, UNCERTAIN, WAVE } from "./live-run.ts";
import { countWindows, windowsTable } from "./page.ts";
import { recordingOf, Stage } from "./stage.ts";

const TOKEN = "token-of-the-tests";
const DEVICE = { deviceId: "board-1", name: "Board", deviceType: "TEST", isConnected: true, canRecord: true };
const SENSOR = { name: "Accelerometer", maxLengthMs: 60_000, frequenciesHz: [62.5] };

let stage: Stage;
/** Shows nothing to those who have no token. */
let closed: Stage;

beforeAll(async () => {
  stage = await Stage.open();
  closed = await Stage.open({ project: "empty", env: { WINDOWSCOPE_ACCESS_TOKEN: TOKEN } });
}, 120_000);

afterAll(async () => {
  await stage?.close();
  await closed?.close();
});

afterEach(async () => {
  await stage.closeTabs();
  await closed.closeTabs();
});

describe("an empty page", () => {
  it("has nothing that axe finds wrong, wide and narrow", async () => {
    for (const width of [1_440, 390]) {
      const page = await stage.look("", { viewport: { width, height: 900 } });
      await page.getByRole("heading", { name: "No windows yet." }).waitFor();

      expect(await findAxeFaultsInBothColours(page), `${width} px`).toEqual([]);
    }
  });
});

describe("where a token is asked for", () => {
  it("has nothing that axe finds wrong, before one was typed and when it was refused", async () => {
    for (const width of [1_440, 390]) {
      const page = await closed.look("", { viewport: { width, height: 900 } });
      const field = page.getByLabel("Access token");
      await field.waitFor();
      expect(await findAxeFaultsInBothColours(page), `${width} px, empty`).toEqual([]);

      await field.fill("not-the-access-token");
      await field.press("Enter");
      await page.getByRole("alert").getByText("This is not the access token.").waitFor();
      expect(await findAxeFaultsInBothColours(page), `${width} px, refused`).toEqual([]);
    }
  });
});

describe("axe finds nothing wrong", { timeout: 120_000 }, () => {
  let recording: LiveRun;

  beforeAll(async () => {
    recording = await LiveRun.begin(stage.runLog, { name: "idle.minute", seconds: 60, endsAt: Date.now() - 90_000 });
    await recording.sayAll((index) => ({ 100: WAVE, 300: UNCERTAIN, 500: ANOMALY })[index] ?? IDLE);
    await recording.finish();
  });

  async function lookAtRecording(options?: BrowserContextOptions): Promise<Page> {
    const page = await stage.look(`#run=${recording.runId}`, options);
    await expect.poll(() => countWindows(page)).toBe(recording.length);
    return page;
  }

  it("while the first window fills, live, held and stale", async () => {
    const live = await LiveRun.begin(stage.runLog, { name: "idle.live", seconds: 60 });
    await live.signal(0.8);
    const page = await stage.look(`#run=${live.runId}`);
    await page.getByText("0.8 / 2.0 s").waitFor();
    expect(await findAxeFaultsInBothColours(page), "filling").toEqual([]);

    await live.say(...Array.from({ length: 200 }, (_, i) => (i % 40 === 0 ? WAVE : IDLE)));
    await expect.poll(() => countWindows(page)).toBe(200);
    expect(await findAxeFaultsInBothColours(page), "live").toEqual([]);

    await page.keyboard.press("Space");
    await live.say(WAVE, WAVE);
    await page.getByRole("button", { name: /^2 new/ }).waitFor();
    await page.getByText(/No data for/).waitFor();
    expect(await findAxeFaultsInBothColours(page), "held and stale").toEqual([]);
  });

  it("while the server is away", async () => {
    const proxy = await FaultProxy.start(stage.port);
    onTestFinished(() => proxy.close());
    const page = await stage.tab();
    await page.goto(`http://127.0.0.1:${proxy.port}/#run=${recording.runId}`);
    await expect.poll(() => countWindows(page)).toBe(recording.length);

    proxy.setDown(true);
    await page.getByText(/Reconnecting, try \d/).waitFor();

    expect(await findAxeFaultsInBothColours(page)).toEqual([]);
  });

  it("where a run cannot be shown", async () => {
    const page = await stage.look("#run=run-0000000000000000");
    await page.getByRole("heading", { name: "This run cannot be shown." }).waitFor();

    expect(await findAxeFaultsInBothColours(page)).toEqual([]);
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
      expect(await findAxeFaultsInBothColours(page), name).toEqual([]);
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
    if (title === "Keys") expect(await findAxeFaultsInBothColours(page), "Commands").toEqual([]);
    await option.click();
    const dialog = page.getByRole("dialog", { name: title, exact: true });
    await dialog.waitFor();
    // What the server is asked for has come.
    await dialog.getByText(/^(Asking|Counting)/).waitFor({ state: "detached" });

    expect(await findAxeFaultsInBothColours(page)).toEqual([]);
    expect(await findOverlaps(dialog)).toEqual([]);
  });

  /** Asks a device that is not there; the recording stands as the test says. */
  async function record(page: Page): Promise<LiveRecording> {
    const recording = await LiveRecording.begin(stage.runLog);
    await page.route(/\/projects\/\d+$/, async (route) => {
      const response = await route.fetch();
      const project = (await response.json()) as object;
      await route.fulfill({ response, json: { ...project, devices: [{ ...DEVICE, sensors: [SENSOR] }] } });
    });
    await page.route("**/recordings", (route) =>
      route.fulfill({ status: 202, json: { recordingId: recording.recordingId } }),
    );
    await page.getByRole("button", { name: "Record", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Record" });
    await dialog.getByRole("radio", { name: /connected$/ }).check();
    await dialog.getByLabel("Label", { exact: true }).fill("wave");
    await dialog.getByRole("button", { name: "Record", exact: true }).click();
    return recording;
  }

  it("in each step of a recording, and when it has failed or was cancelled", { timeout: 120_000 }, async () => {
    const page = await lookAtRecording();
    const recorded = await record(page);
    const dialog = page.getByRole("dialog", { name: "Record" });
    const steps: readonly (readonly [string, RecordingNews])[] = [
      ["Waiting for the device", {}],
      ["Device has started", { state: "started" }],
      ["Reading from the device", { state: "reading", percent: 40, warning: "The device is slow." }],
      ["Uploading to Studio", { state: "uploading", percent: 100 }],
      ["Classifying", { state: "finished", runId: "run-0000000000000001", sampleId: 1 }],
    ];
    for (const [title, changed] of steps) {
      await recorded.tell(changed);
      await dialog
        .getByRole("listitem")
        .filter({ hasText: title })
        .and(dialog.locator("[aria-current=step]"))
        .waitFor();
      expect(await findAxeFaultsInBothColours(page), title).toEqual([]);
    }

    await recorded.tell({ state: "failed", error: "The device was unplugged." });
    await dialog.getByText("The device was unplugged.").waitFor();
    expect(await findAxeFaultsInBothColours(page), "failed").toEqual([]);

    await recorded.tell({ state: "cancelled", error: undefined });
    await dialog.getByText(/^Cancelled\./).waitFor();
    expect(await findAxeFaultsInBothColours(page), "cancelled").toEqual([]);
  });

  it("with the test set under way and classified, a cell of its matrix picked", { timeout: 120_000 }, async () => {
    await stage.upload(
      "wave.axe",
      recordingOf(4, (timeS) => [9 * Math.sin(timeS * 9), 0, 9.8]),
    );
    await stage.behave({ jobDelayMs: 2_000 });
    onTestFinished(() => stage.behave({}));
    const page = await lookAtRecording();
    await page.getByRole("button", { name: "Test set", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Test set" });
    await dialog.getByRole("button", { name: "Classify the test set" }).click();
    await dialog.getByRole("progressbar", { name: "Test set" }).waitFor();
    expect(await findAxeFaultsInBothColours(page), "under way").toEqual([]);

    const grid = dialog.getByRole("grid");
    await grid.waitFor({ timeout: 60_000 });
    await dialog.getByText("Lines of the job").click();
    expect(await findAxeFaultsInBothColours(page), "classified").toEqual([]);

    await grid
      .getByRole("button", { name: /^expected .*: [1-9]\d* windows/ })
      .first()
      .click();
    await dialog.getByRole("button", { name: /^labelled .*, predicted / }).waitFor();
    await dialog.getByRole("table", { name: "Predictions" }).getByRole("button").first().waitFor();
    expect(await findAxeFaultsInBothColours(page), "with a cell picked").toEqual([]);

    await page.setViewportSize({ width: 390, height: 844 });
    expect(await findAxeFaultsInBothColours(page), "narrow").toEqual([]);
  });

  it("on a narrow screen, and inside of another page", async () => {
    const narrow = await lookAtRecording({ viewport: { width: 390, height: 844 } });
    expect(await findAxeFaultsInBothColours(narrow), "narrow").toEqual([]);
    for (const name of ["Expected", "Predicted"]) {
      const head = await windowsTable(narrow).getByRole("columnheader", { name }).boundingBox();
      expect((head?.x ?? Infinity) + (head?.width ?? Infinity), `right edge of ${name}`).toBeLessThan(390);
    }
    await narrow.getByRole("button", { name: /^#/ }).click();
    await narrow.getByRole("region", { name: "Inspector" }).waitFor();
    expect(await findAxeFaultsInBothColours(narrow), "narrow, with the inspector").toEqual([]);

    const embedded = await stage.look(`?embed=1#run=${recording.runId}`, { viewport: { width: 640, height: 300 } });
    await embedded.getByRole("region", { name: "Verdict" }).getByText("idle", { exact: true }).waitFor();
    expect(await embedded.getByRole("tab").count()).toBe(0);
    expect(await findAxeFaultsInBothColours(embedded), "embedded").toEqual([]);
  });
});

/** Labels and fields that lie over each other. */
async function findOverlaps(dialog: Locator): Promise<string[]> {
  const parts = await dialog.locator("form").locator("label[for], input, select").all();
  const boxes = await Promise.all(
    parts.map(async (part) => ({
      box: await part.boundingBox(),
      name: (await part.getAttribute("id")) ?? part.toString(),
    })),
  );
  return boxes.flatMap(({ box, name }, i) =>
    boxes.slice(i + 1).flatMap((other) => (isOver(box, other.box) ? [`${name} and ${other.name}`] : [])),
  );
}

type Box = Awaited<ReturnType<Locator["boundingBox"]>>;

function isOver(a: Box, b: Box): boolean {
  if (!a || !b) return false;
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
