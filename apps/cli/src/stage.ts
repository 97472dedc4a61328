/**
 * For tests of the page: a local Studio and a server in this process, and tabs of a real Chromium that look at them.
 *
 * Everything is as in the program, but that the run log is in memory, where a test can write too.
 */
import path from "node:path";

import { createMemoryRunLog, type RunLog } from "@windowscope/runlog";
import { createLog, readConfig, startServer, type RunningServer } from "@windowscope/server";
import { startStudio, type RunningStudio } from "@windowscope/studio";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";

import { createFolder, openBrowser } from "./harness.ts";

const KEY = "ei_page_of_the_tests";
const VIEWER = path.resolve(import.meta.dirname, "../../viewer/dist");
const WIDE = { width: 1440, height: 900 };

export interface StageOptions {
  /** Studio to watch, instead of a local one with the demo's project. */
  readonly studioUrl?: string;
  /** What the local Studio has in it: the demo's recordings and impulse, or nothing. */
  readonly project?: "demo" | "empty";
  /** What the server appends goes through it. */
  readonly throughLog?: (runLog: RunLog) => RunLog;
  readonly env?: Readonly<Record<string, string>>;
}

export class Stage {
  readonly #studio: RunningStudio | undefined;
  readonly #server: RunningServer;
  readonly #browser: Browser;
  readonly #removeFolder: () => void;
  readonly #contexts: BrowserContext[] = [];
  /** Where a test writes; the server does not stand between. */
  readonly runLog: RunLog;

  private constructor(
    studio: RunningStudio | undefined,
    server: RunningServer,
    browser: Browser,
    runLog: RunLog,
    removeFolder: () => void,
  ) {
    this.#studio = studio;
    this.#server = server;
    this.#browser = browser;
    this.runLog = runLog;
    this.#removeFolder = removeFolder;
  }

  static async open({ studioUrl, project = "demo", throughLog, env = {} }: StageOptions = {}): Promise<Stage> {
    const { folder, remove } = createFolder();
    const ports = { studio: 0, devices: 0, ingestion: 0 };
    const studio = studioUrl === undefined ? await startStudio({ apiKey: KEY, project, ports }) : undefined;
    const config = readConfig({
      EI_API_KEY: KEY,
      EI_STUDIO_URL: studioUrl ?? studio?.url,
      EI_INGESTION_URL: studio?.ingestionUrl,
      WINDOWSCOPE_PORT: "0",
      WINDOWSCOPE_DATA_DIR: folder,
      WINDOWSCOPE_RUNLOG: "memory",
      ...env,
    });
    const runLog = createMemoryRunLog();
    const server = await startServer(config, {
      viewerDir: VIEWER,
      log: createLog("silent"),
      runLog: throughLog?.(runLog) ?? runLog,
    });
    return new Stage(studio, server, await openBrowser(), runLog, remove);
  }

  /** @throws {Error} where Studio is not the local one. */
  get studio(): RunningStudio {
    if (!this.#studio) throw new Error("This stage has no local Studio.");
    return this.#studio;
  }

  get apiKey(): string {
    return KEY;
  }

  get url(): string {
    return this.#server.url;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** A tab with nothing in it, in a window of its own. */
  async tab(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({ viewport: WIDE, ...options });
    this.#contexts.push(context);
    const page = await context.newPage();
    // What is not there after so long does not come, also on a busy machine.
    page.setDefaultTimeout(15_000);
    return page;
  }

  /** A tab that looks at the page. @param address Behind the slash: a query, or `#` and what a link says. */
  async look(address = "", options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.tab(options);
    await page.goto(`${this.url}/${address}`);
    return page;
  }

  /** Closes the tabs that a test has opened. */
  async closeTabs(): Promise<void> {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
  }

  /** The server's HTTP API. @param route Behind `/api/v1`. */
  async read<T>(route: string): Promise<T> {
    const response = await fetch(`${this.url}/api/v1${route}`);
    if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** The server's own download of a run. */
  async download(runId: string, format: "csv" | "json"): Promise<string> {
    return (await fetch(`${this.url}/api/v1/runs/${runId}/windows?format=${format}`)).text();
  }

  /** Puts a recording into the test set, as a device does. @param name Its label, a dot, and something. */
  async upload(name: string, recording: string): Promise<void> {
    const response = await fetch(`${this.studio.ingestionUrl}/api/testing/data`, {
      method: "POST",
      headers: { "x-api-key": KEY, "x-file-name": name },
      body: recording,
    });
    if (!response.ok) throw new Error(`The upload was refused: ${response.status} ${await response.text()}`);
  }

  /** Makes the local Studio answer as it is told from now on. @param behaviour Of a project, as its API takes it. */
  async behave(behaviour: object): Promise<void> {
    const response = await fetch(`${this.studio.url}/windowscope/behaviour`, {
      method: "PUT",
      headers: { "x-api-key": KEY, "content-type": "application/json" },
      body: JSON.stringify(behaviour),
    });
    if (!response.ok) throw new Error(`The behaviour was refused: ${response.status} ${await response.text()}`);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server.close();
    await this.#studio?.close();
    this.#removeFolder();
  }
}

/** A recording of three axes at 62.5 Hz, as a device signs it. @param values A reading at a time, in s. */
export function recordingOf(seconds: number, readingAt: (timeS: number) => readonly number[]): string {
  const values = Array.from({ length: Math.round(seconds * 62.5) }, (_, i) => readingAt(i * 0.016));
  const sensors = ["accX", "accY", "accZ"].map((name) => ({ name, units: "m/s2" }));
  return JSON.stringify({
    protected: { ver: "v1", alg: "none" },
    signature: "00",
    payload: { device_type: "TEST", interval_ms: 16, sensors, values },
  });
}
