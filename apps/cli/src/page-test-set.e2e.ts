/** The test set on the page, as the local Studio classifies it: while it goes on, what comes out of it, and what can go wrong. */
import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";

import { countWindows, inspector } from "./page.ts";
import { recordingOf, Stage } from "./stage.ts";

/** Long enough to be seen before Studio begins. */
const JOB_DELAY_MS = 2_000;

let stage: Stage;
let page: Page;

beforeAll(async () => {
  stage = await Stage.open();
  for (const [label, factor] of Object.entries({ wave: 9, idle: 0 })) {
    const walk = (timeS: number) => [factor * Math.sin(timeS * 9), (factor / 3) * Math.cos(timeS * 9), 9.8];
    await stage.upload(`${label}.walk`, recordingOf(6, walk));
  }
  // What Studio does with jobs from here on is not for their runs.
  await vi.waitFor(
    async () => {
      const { runs } = await stage.read<{ runs: { state: string }[] }>("/runs");
      expect(runs.map(({ state }) => state)).toEqual(["finished", "finished"]);
    },
    { timeout: 60_000, interval: 100 },
  );
}, 120_000);

afterAll(() => stage?.close());

afterEach(async () => {
  await stage.closeTabs();
  await stage.behave({});
});

async function classifyTestSet(): Promise<Locator> {
  page = await stage.look();
  await page.getByRole("button", { name: "Test set", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Test set" });
  await dialog.getByRole("button", { name: "Classify the test set" }).click();
  return dialog;
}

it("can be cancelled while it goes on, and then has no result", { timeout: 60_000 }, async () => {
  await stage.behave({ jobs: "stuck" });
  page = await stage.look();
  await page.getByRole("button", { name: "Test set", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Test set" });
  await dialog.getByText("The test set has not been classified from here yet.").waitFor();
  await dialog.getByRole("button", { name: "Classify the test set" }).click();

  await dialog.getByRole("heading", { name: "Studio classifies the test set" }).waitFor();
  await dialog.getByRole("progressbar", { name: "Test set" }).waitFor();
  expect(await dialog.getByRole("button", { name: "Classify the test set" }).isDisabled()).toBe(true);
  await dialog.getByRole("button", { name: "Cancel" }).click();

  await dialog.getByRole("heading", { name: "Cancelled" }).waitFor();
  await dialog.getByText("It has no result. Classify the test set again to get one.").waitFor();
  expect(await dialog.getByRole("progressbar").count()).toBe(0);
});

it("says why Studio could not classify it", { timeout: 60_000 }, async () => {
  await stage.behave({ jobs: "fail" });
  const dialog = await classifyTestSet();

  await dialog.getByRole("heading", { name: "Failed" }).waitFor();
  await dialog.getByRole("alert").getByText(/job/i).waitFor();
  await dialog.getByRole("listitem").first().getByText("failed").waitFor();
});

it(
  "is classified with its progress and lines on the screen, and a cell of the matrix leads to its windows",
  { timeout: 120_000 },
  async () => {
    await stage.behave({ jobDelayMs: JOB_DELAY_MS });
    const dialog = await classifyTestSet();

    await dialog.getByRole("progressbar", { name: "Test set" }).waitFor();
    const grid = dialog.getByRole("grid");
    await grid.waitFor({ timeout: 60_000 });
    await dialog.getByText("Lines of the job").click();
    await expect.poll(() => dialog.getByRole("log").textContent()).toContain("Job completed");
    const { testRuns } = await stage.read<{
      testRuns: { result: { windows: number; comparable: number; correct: number } }[];
    }>(`/projects/${stage.studio.projectId}/test-runs`);
    const result = testRuns.find((testRun) => testRun.result)?.result;
    await dialog.getByText(`${result?.correct} of ${result?.comparable} windows`).waitFor();

    const cell = grid.getByRole("button", { name: /^expected .*: [1-9]\d* windows/ }).first();
    const [, labelled = "", predicted = "", count] =
      /^expected (.+), predicted (.+): (\d+) windows/.exec((await cell.getAttribute("aria-label")) ?? "") ?? [];
    await cell.click();
    await dialog.getByRole("button", { name: `labelled ${labelled}, predicted ${predicted}` }).waitFor();
    const rows = dialog.getByRole("table", { name: "Predictions" }).getByRole("row");
    await expect.poll(() => rows.count()).toBe(Number(count) + 1);
    const texts = await rows.allTextContents();
    for (const text of texts.slice(1)) expect(text).toMatch(new RegExp(`${labelled}.*${predicted}`, "s"));

    await rows.nth(1).getByRole("button").click();
    await dialog.waitFor({ state: "detached" });
    await expect.poll(() => countWindows(page)).toBe(51);
    await inspector(page).getByText("Selected window").waitFor();
    await inspector(page).getByTitle(predicted, { exact: true }).first().waitFor();
  },
);
