/** A Chromium of its own for each measurement, and what all its processes together take. Linux only. */
import { existsSync } from "node:fs";

import { chromium, type CDPSession, type Page } from "playwright-core";

import { readProcessTree, type ProcessTree } from "./process-tree.ts";

const CHROMIUM_PATHS = [
  process.env.CHROMIUM_PATH,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** One open page, and the browser around it. */
export interface MeasuredPage {
  readonly page: Page;
  readonly devTools: CDPSession;
  /** What all processes of the browser hold and have used so far. */
  readonly readProcesses: () => ProcessTree;
  /** Seconds that tasks have taken on the page's main thread so far. */
  readonly readMainThreadSeconds: () => Promise<number>;
}

export interface BrowserOptions {
  /** Frames follow each other as fast as they are drawn, and not 60 a second. */
  readonly isUnpaced?: boolean;
  /** Pages and workers can collect their garbage when told. */
  readonly exposesGc?: boolean;
  readonly widthPx: number;
  readonly heightPx: number;
}

/**
 * Opens an empty page in a fresh headless Chromium without a graphics processor, and ends it after use.
 *
 * @throws {Error} saying what to install when there is none.
 */
export async function withPage<T>(options: BrowserOptions, use: (page: MeasuredPage) => Promise<T>): Promise<T> {
  const executablePath = CHROMIUM_PATHS.find((candidate) => candidate !== undefined && existsSync(candidate));
  if (executablePath === undefined) {
    throw new Error("No Chromium found. Install it (Debian: apt-get install chromium) or set CHROMIUM_PATH.");
  }
  // Started as a server, since only that tells its process.
  const server = await chromium.launchServer({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--no-first-run",
      ...(options.exposesGc ? ["--js-flags=--expose-gc"] : []),
      ...(options.isUnpaced ? ["--disable-frame-rate-limit", "--disable-gpu-vsync"] : []),
    ],
  });
  try {
    const { pid } = server.process();
    if (pid === undefined) throw new Error("Chromium has no process.");
    const browser = await chromium.connect(server.wsEndpoint());
    const page = await browser.newPage({ viewport: { width: options.widthPx, height: options.heightPx } });
    const devTools = await page.context().newCDPSession(page);
    await devTools.send("Performance.enable");
    return await use({
      page,
      devTools,
      readProcesses: () => readProcessTree(pid),
      async readMainThreadSeconds() {
        const { metrics } = await devTools.send("Performance.getMetrics");
        return metrics.find(({ name }) => name === "TaskDuration")?.value ?? NaN;
      },
    });
  } finally {
    await server.close();
  }
}
