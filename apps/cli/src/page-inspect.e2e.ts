/** A recording looked at closely: thresholds, variants, files and copies of it. Studio has really classified it. */
import { readFile } from "node:fs/promises";

import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";

import { countWindows, followLink, inspectedWindow, inspector, readWindow, windowsTable } from "./page.ts";
import { recordingOf, Stage } from "./stage.ts";

let stage: Stage;
let page: Page;
let runId: string;

beforeAll(async () => {
  stage = await Stage.open();
  const walk = (timeS: number) => [(timeS % 6) * Math.sin(timeS * 9), 2 * Math.cos(timeS * 8), 9.8];
  await stage.upload("wave.walk", recordingOf(12, walk));
  runId = await vi.waitFor(
    async () => {
      const { runs } = await stage.read<{ runs: { runId: string; state: string }[] }>("/runs");
      const run = runs.find(({ state }) => state === "finished");
      if (!run) throw new Error("Studio has not classified it yet.");
      return run.runId;
    },
    { timeout: 30_000, interval: 100 },
  );
  page = await stage.look("", { permissions: ["clipboard-read", "clipboard-write"] });
}, 120_000);

afterAll(() => stage?.close());

beforeEach(async () => {
  await followLink(page, `#run=${runId}`);
  await expect.poll(() => countWindows(page)).toBe(126);
});

async function save(format: RegExp, range = /^All/): Promise<Buffer> {
  await page.keyboard.press("e");
  await page.getByRole("radio", { name: format }).check();
  const all = page.getByRole("radio", { name: range });
  if (await all.isEnabled()) await all.check();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save file" }).click(),
  ]);
  await page.getByText(/^Saved/).waitFor();
  await page.keyboard.press("Escape");
  return readFile(await download.path());
}

/** What Studio judges by. */
async function thresholdsInStudio(): Promise<unknown[]> {
  const { impulse } = await stage.read<{ impulse: { thresholds: { value: unknown }[] } }>(
    `/projects/${stage.studio.projectId}`,
  );
  return impulse.thresholds.map(({ value }) => value);
}

it("a threshold that is tried changes verdicts here alone, and goes to Studio only after a question", async () => {
  const before = await thresholdsInStudio();
  const anomalies = page.getByRole("button", { name: /^anomaly \d/ });
  const panel = page.getByRole("region", { name: "Thresholds" });
  const first = await anomalies.textContent();

  await panel.getByRole("slider", { name: "anomaly limit" }).fill("1.00");
  await expect.poll(() => anomalies.textContent()).not.toBe(first);
  await panel.getByText(/^was 0\.\d\d$/).waitFor();
  await panel.getByRole("button", { name: "Reset" }).click();
  await expect.poll(() => anomalies.textContent()).toBe(first);

  await panel.getByRole("slider", { name: "min confidence" }).fill("0.97");
  await panel.getByRole("button", { name: "Apply in Studio" }).click();
  const question = panel.getByRole("group", { name: "Apply in Studio" });
  await question.getByText("Set min confidence to 0.97 in Studio, for everybody in the project?").waitFor();
  await question.getByRole("button", { name: "Cancel" }).click();
  expect(await thresholdsInStudio()).toEqual(before);

  await panel.getByRole("button", { name: "Apply in Studio" }).click();
  await question.getByRole("button", { name: "Apply", exact: true }).click();
  await panel.getByText(/^Studio has it\./).waitFor();
  expect(await thresholdsInStudio()).toContain(0.97);
});

it("v shows what int8 makes of the same recording, then both beside each other", async () => {
  const pressed = page.getByRole("group", { name: "Variant of the model" }).getByRole("button", { pressed: true });
  await expect.poll(() => pressed.textContent()).toBe("float32");
  const float32 = await readWindow(page, 60);

  await page.keyboard.press("v");
  await expect.poll(() => pressed.textContent()).toBe("int8");
  await expect.poll(() => countWindows(page)).toBe(126);
  const int8 = await readWindow(page, 60);
  expect(int8["Start s"]).toBe(float32["Start s"]);

  await page.keyboard.press("v");
  await expect.poll(() => pressed.textContent()).toBe("compare");
  await windowsTable(page).getByRole("columnheader", { name: "Δ" }).waitFor();
  await expect.poll(async () => (await readWindow(page, 60)).Δ).toMatch(/\d/);
  await page.getByRole("region", { name: "Timeline" }).getByText("float32", { exact: true }).waitFor();
});

it("CSV and JSON that the page saves are what the server sends", async () => {
  expect((await save(/^CSV/)).toString()).toBe(await stage.download(runId, "csv"));
  const ours = JSON.parse((await save(/^JSON/)).toString()) as { windows: unknown };
  const servers = JSON.parse(await stage.download(runId, "json")) as { windows: unknown };
  expect(ours.windows).toEqual(servers.windows);
});

it("of a selected range it saves what lies in it: the server's lines of the windows that end in it", async () => {
  await followLink(page, `#run=${runId}&r=3-6`);
  await page.getByText("3.0 s", { exact: true }).waitFor();

  const [head, ...lines] = (await save(/^CSV/, /^Selection/)).toString().trimEnd().split("\r\n");

  const [serversHead, ...all] = (await stage.download(runId, "csv")).trimEnd().split("\r\n");
  const inside = all.filter((line) => {
    // A window belongs to where it ends: there its verdict stands.
    const endMs = Number(line.split(",")[2]);
    return endMs >= 3_000 && endMs <= 6_000;
  });
  expect(head).toBe(serversHead);
  expect(lines).toEqual(inside);
  expect(lines.length).toBeLessThan(all.length);
});

it("labels for Audacity cover the recording from its first to its last window", async () => {
  const lines = (await save(/^Audacity/)).toString().trimEnd().split("\n");

  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) expect(line).toMatch(/^\d+\.\d+\t\d+\.\d+\t\S/);
  expect(Number(lines.at(-1)?.split("\t")[1])).toBeCloseTo(12, 1);
});

it("a saved picture is a PNG as large as the timeline and its margins", async () => {
  const box = await page.getByRole("region", { name: "Timeline" }).boundingBox();

  const png = await save(/^PNG/);

  expect(png.subarray(0, 8).toString("hex")).toBe("89504e470d0a1a0a");
  expect(png.readUInt32BE(16)).toBeCloseTo((box?.width ?? 0) + 24, -1);
  expect(png.readUInt32BE(20)).toBeCloseTo((box?.height ?? 0) + 28 + 24, -1);
  expect(png.length).toBeGreaterThan(10_000);
});

it("raw values and features of a window are copied as other tools take them", async () => {
  await page.keyboard.press(".");
  await inspector(page).getByText("Selected window").waitFor();
  const first = await inspectedWindow(page);
  await page.keyboard.press("n");
  await expect.poll(() => inspectedWindow(page)).not.toBe(first);
  const clipboard = async () => (await page.evaluate(() => navigator.clipboard.readText())).split(", ").map(Number);

  await inspector(page).getByRole("button", { name: "Copy raw" }).click();
  const number = await inspectedWindow(page);
  await inspector(page).getByText(`Copied 375 raw values of #${number}.`).waitFor();
  const raw = await clipboard();
  expect(raw).toHaveLength(375);
  expect(raw[2]).toBeCloseTo(9.8, 5);

  await inspector(page).getByRole("button", { name: "Copy features" }).click();
  await inspector(page)
    .getByText(new RegExp(`^Copied \\d+ features of #${number}\\.$`))
    .waitFor();
  const features = await clipboard();
  expect(features.length).toBeGreaterThan(10);
  expect(features.every(Number.isFinite)).toBe(true);
  await inspector(page).getByText("Why this anomaly score").waitFor();

  // Another window is shown: what is in the clipboard is still of the one before.
  await page.keyboard.press(".");
  await expect.poll(() => inspectedWindow(page)).toBe(number + 1);
  await inspector(page).getByText(`features of #${number}.`).waitFor();
});
