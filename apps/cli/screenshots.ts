/**
 * Takes the pictures of the README and the documents: starts the demo, waits until there is something to see, and
 * photographs the page in light and dark, wide and narrow. Run: pnpm screenshots
 */
import path from "node:path";

import type { Browser } from "playwright-core";

import { createFolder, findFreePorts, openBrowser, startProgram } from "./src/harness.ts";

const OUT = path.resolve(import.meta.dirname, "../../docs/screenshots");
/** A recording with a pause in it makes the model err, which is what a picture should show; one in three has one. */
const MOST_WAIT_MS = 300_000;

const SHOTS = [
  { name: "wide-light", width: 1440, height: 900, colorScheme: "light" },
  { name: "wide-dark", width: 1440, height: 900, colorScheme: "dark" },
  { name: "narrow-light", width: 390, height: 844, colorScheme: "light" },
  { name: "narrow-dark", width: 390, height: 844, colorScheme: "dark" },
] as const;

const { folder, remove } = createFolder();
const [server, studio, devices, ingestion] = (await findFreePorts(4)).map(String);
const program = startProgram(["start"], {
  WINDOWSCOPE_DATA_DIR: folder,
  WINDOWSCOPE_PORT: server ?? "",
  WINDOWSCOPE_STUDIO_PORT: studio ?? "",
  WINDOWSCOPE_DEVICES_PORT: devices ?? "",
  WINDOWSCOPE_INGESTION_PORT: ingestion ?? "",
});
const browser = await openBrowser();
try {
  await program.prints("Ctrl-C ends everything");
  await takeShots(browser, `http://127.0.0.1:${server}`);
} finally {
  await browser.close();
  await program.end("SIGINT");
  remove();
}

async function takeShots(chromium: Browser, url: string): Promise<void> {
  const first = await chromium.newPage();
  await first.goto(url);
  process.stdout.write("Waiting for seven recordings, one of them misjudged in part...\n");
  await first.getByRole("listitem").nth(6).waitFor({ timeout: MOST_WAIT_MS });
  await first.getByRole("listitem").filter({ hasText: "≠" }).first().waitFor({ timeout: MOST_WAIT_MS });
  await first.close();

  for (const { name, width, height, colorScheme } of SHOTS) {
    const page = await chromium.newPage({ viewport: { width, height }, colorScheme });
    await page.goto(url);
    const run = page.getByRole("listitem").filter({ hasText: "≠" }).last().getByRole("button");
    await run.click();
    await page.getByRole("table", { name: `Windows of ${await run.getAttribute("title")}` }).waitFor();
    await page.keyboard.press("n");
    await page.mouse.move(0, 0);
    await page.evaluate(() => scrollTo({ top: 0 }));
    await page.evaluate(() => document.fonts.ready);
    const file = path.join(OUT, `${name}.png`);
    await page.screenshot({ path: file });
    process.stdout.write(`${file}\n`);
    await page.close();
  }
}
