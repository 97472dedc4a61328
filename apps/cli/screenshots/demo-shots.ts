/** Pictures of the real program with its demo project. */
import type { Page } from "playwright-core";

import type { Camera, Shot } from "./camera.ts";
import { startDemo } from "./demo-program.ts";
import { uploadRecordings } from "./demo-recordings.ts";

const LONG_MS = 120_000;
const MOST_ATTEMPTS = 60;
/** More windows than those of the recordings that were uploaded: the device has brought some of its own. */
const FOLLOWED = "#session&t=60s";

const SESSION_SHOTS: readonly Shot[] = [
  { name: "live-light", hash: FOLLOWED, prepare: live },
  { name: "live-dark", hash: FOLLOWED, colorScheme: "dark", prepare: live },
  { name: "live-1280", hash: FOLLOWED, width: 1280, height: 800, prepare: live },
  { name: "narrow-light", hash: FOLLOWED, width: 390, height: 844, prepare: live },
  { name: "narrow-dark", hash: FOLLOWED, width: 390, height: 844, colorScheme: "dark", prepare: live },
  { name: "hold", hash: FOLLOWED, prepare: hold },
];

export async function takeDemoShots(camera: Camera): Promise<void> {
  const names = [...SESSION_SHOTS.map(({ name }) => name), "embed", "anomaly", "compare", "test-set", "recording"];
  if (!camera.wants(...names, "reconnecting")) return;
  const demo = await startDemo("on");
  let hasEnded = false;
  const end = async () => {
    if (!hasEnded) await demo.end();
    hasEnded = true;
  };
  try {
    await uploadRecordings(demo);
    await camera.take(demo.url, SESSION_SHOTS);
    await camera.take(`${demo.url}/?embed=1&lane=probability`, [
      { name: "embed", hash: "#session&t=60s", width: 640, height: 260, prepare: live },
    ]);
    await camera.take(demo.url, [
      { name: "anomaly", prepare: explainAnomaly },
      { name: "compare", prepare: compare },
      { name: "test-set", prepare: classifyTestSet },
      { name: "recording", prepare: record },
      {
        name: "reconnecting",
        hash: FOLLOWED,
        prepare: async (page) => {
          await live(page);
          await end();
          await page.getByText(/try [2-9]/).waitFor();
        },
      },
    ]);
  } finally {
    await end();
  }
}

export async function takeEmptyShot(camera: Camera): Promise<void> {
  if (!camera.wants("empty")) return;
  const demo = await startDemo("off");
  try {
    const prepare = (page: Page) => page.getByRole("heading", { name: "No windows yet" }).waitFor();
    await camera.take(demo.url, [{ name: "empty", prepare }]);
  } finally {
    await demo.end();
  }
}

/** Waits until all that there is has come. */
async function live(page: Page): Promise<void> {
  await page.getByText("Live", { exact: true }).or(page.locator("main")).first().waitFor();
  await page.waitForFunction(() => document.body.innerText.includes("Windows") || innerWidth < 700);
  await page.waitForTimeout(2_500);
}

async function hold(page: Page): Promise<void> {
  await live(page);
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: / new/ }).waitFor({ timeout: LONG_MS });
  await page.keyboard.press("n");
  await page.waitForTimeout(500);
}

async function explainAnomaly(page: Page): Promise<void> {
  await showRun(page, "wave.7");
  await page.keyboard.press("x");
  await page.waitForTimeout(2_000);
}

async function compare(page: Page): Promise<void> {
  await showRun(page, "snake.5");
  await page.getByRole("button", { name: "compare" }).click();
  await page.waitForTimeout(3_000);
  await page.keyboard.press("n");
  await page.waitForTimeout(1_000);
}

async function classifyTestSet(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Test set" }).click();
  await page.getByRole("button", { name: "Classify the test set" }).click();
  await page
    .getByText(/accuracy/i)
    .first()
    .waitFor({ timeout: LONG_MS });
  await page.getByRole("table").first().waitFor({ timeout: LONG_MS });
  await page.waitForTimeout(1_500);
}

/** The demo's own conductor may have the device; the page says so, and one asks again. */
async function record(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Record" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Label").fill("wave");
  await dialog.getByLabel("Length, s").fill("5");
  const step = dialog.locator('[aria-current="step"]').filter({ hasText: /Reading/ });
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    await dialog.getByRole("button", { name: /^Record/ }).click();
    const isReading = step.waitFor({ timeout: 5_000 }).then(
      () => true,
      () => false,
    );
    const isRefused = dialog
      .getByText("sampling already")
      .waitFor({ timeout: 5_000 })
      .then(
        () => false,
        () => false,
      );
    if (await Promise.race([isReading, isRefused])) break;
  }
  await page.waitForTimeout(1_500);
}

async function showRun(page: Page, sampleName: string): Promise<void> {
  await live(page);
  await page.getByRole("button", { name: "Runs", exact: true }).click();
  await page.getByRole("listitem").filter({ hasText: sampleName }).first().getByRole("button").click();
  await page.getByRole("button", { name: "Runs", exact: true }).click();
  await page.getByRole("button", { name: "Runs", exact: true }).blur();
  await page.waitForTimeout(1_000);
}
