/** The network is lost while a run comes, and nothing of the run is. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";

import { FaultProxy } from "../faults/fault-proxy.ts";
import { LiveRun, type Opinion } from "./live-run.ts";
import { countWindows, readWindow } from "./page.ts";
import { Stage } from "./stage.ts";

let stage: Stage;
let proxy: FaultProxy;

beforeAll(async () => {
  stage = await Stage.open();
  proxy = await FaultProxy.start(stage.port);
}, 120_000);

afterAll(async () => {
  await proxy?.close();
  await stage?.close();
});

/** Scores that no two windows have in common, so that one in another's place is seen. */
function opinionOf(index: number): Opinion {
  const hash = createHash("sha256").update(String(index)).digest();
  const raw = [0, 4, 8, 12].map((at) => hash.readUInt32LE(at) / 2 ** 32);
  const sum = raw.reduce((a, b) => a + b, 0);
  return {
    scores: raw.map((score) => Math.fround(score / sum)),
    anomaly: Math.fround(hash.readUInt32LE(16) / 2 ** 33),
  };
}

async function sayTo(run: LiveRun, count: number): Promise<void> {
  while (run.windows < count) await run.say(...Array.from({ length: 100 }, (_, i) => opinionOf(run.windows + i)));
}

/** What the page saves when somebody asks it for everything. */
async function exportAll(page: Page): Promise<string> {
  await page.keyboard.press("e");
  await page.getByRole("radio", { name: /^All/ }).check();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save file" }).click(),
  ]);
  await page.keyboard.press("Escape");
  return readFile(await download.path(), "utf8");
}

it("has every window once, as the server has it, after the network was lost twice in the middle of a run", async () => {
  const run = await LiveRun.begin(stage.runLog, { name: "idle.lost", seconds: 82 });
  await sayTo(run, 300);
  const page = await stage.tab();
  await page.goto(`http://127.0.0.1:${proxy.port}/#run=${run.runId}`);
  await expect.poll(() => countWindows(page)).toBe(300);

  proxy.setDown(true);
  await page.getByText(/Reconnecting, try \d/).waitFor();
  await sayTo(run, 600);
  proxy.setDown(false);
  await expect.poll(() => countWindows(page)).toBe(600);

  // The second time while windows are on their way, and with bytes that come one by one.
  proxy.setFaults({ splitsBytes: true });
  const rest = sayTo(run, 900);
  proxy.reset();
  await rest;
  proxy.setFaults({});
  await expect.poll(() => countWindows(page)).toBe(900);
  await sayTo(run, 1_000);
  await run.finish();
  await page.getByRole("button", { name: "← Session" }).waitFor();
  await expect.poll(() => countWindows(page)).toBe(1_000);

  const csv = await stage.download(run.runId, "csv");
  expect(await exportAll(page)).toBe(csv);
  const lines = csv.trimEnd().split("\r\n").slice(1);
  expect(lines).toHaveLength(1_000);
  for (const index of [0, 299, 300, 301, 599, 600, 899, 900, 999]) {
    const [, startMs, endMs, verdict, anomaly, ...scores] = (lines[index] ?? "").split(",");
    const [idle, snake, updown, wave] = scores.map((score) => Number(score).toFixed(3));
    const row = await readWindow(page, index);
    expect(row).toMatchObject({
      "Start s": (Number(startMs) / 1_000).toFixed(2),
      "End s": (Number(endMs) / 1_000).toFixed(2),
      ...{ idle, snake, updown, wave },
      Anomaly: Number(anomaly).toFixed(2),
    });
    expect(row.Predicted).toContain(verdict);
  }
}, 120_000);
