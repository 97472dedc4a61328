import { startStudio, type RunningStudio } from "@windowscope/studio";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";

import { createFolder, findFreePorts, openBrowser, startProgram, type Program } from "./harness.ts";
import { countWindows, readWindow, runItems } from "./page.ts";

const KEY = "ei_recovery";
/** Fifty minutes of movement: 37,476 windows, enough to be killed in the middle of. */
const READINGS = 187_500;
const WINDOWS = (READINGS - 125) / 5 + 1;
const MOST_ATTEMPTS = 8;

interface RunSummary {
  readonly runId: string;
  readonly state: string;
  readonly windows: number;
}

const { folder, remove } = createFolder();
let studio: RunningStudio;
let server: Program;
let browser: Browser;
let page: Page;
let port: number;

beforeAll(async () => {
  studio = await startStudio({ apiKey: KEY, project: "demo", ports: { studio: 0, devices: 0, ingestion: 0 } });
  [port = 0] = await findFreePorts(1);
  await startServer();
  browser = await openBrowser();
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${port}`);
  await page.getByRole("heading", { name: "No windows yet." }).waitFor();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  server?.child.kill("SIGKILL");
  await studio?.close();
  remove();
});

async function startServer(): Promise<void> {
  server = startProgram(["serve"], {
    EI_API_KEY: KEY,
    EI_STUDIO_URL: studio.url,
    WINDOWSCOPE_DATA_DIR: folder,
    WINDOWSCOPE_PORT: String(port),
  });
  await server.prints("Connected to");
}

async function upload(name: string): Promise<void> {
  const values = Array.from({ length: READINGS }, (_, i) => [3 * Math.sin(i / 11), 0.2, 9.8]);
  const recording = {
    protected: { ver: "v1", alg: "none" },
    signature: "00",
    payload: {
      device_type: "TEST",
      interval_ms: 16,
      sensors: ["accX", "accY", "accZ"].map((axis) => ({ name: axis, units: "m/s2" })),
      values,
    },
  };
  const response = await fetch(`${studio.ingestionUrl}/api/testing/data`, {
    method: "POST",
    headers: { "x-api-key": KEY, "x-file-name": name },
    body: JSON.stringify(recording),
  });
  expect(response.status).toBe(200);
}

async function newestRun(): Promise<RunSummary | undefined> {
  const { runs } = (await (await fetch(`http://127.0.0.1:${port}/api/v1/runs?limit=1`)).json()) as {
    runs: RunSummary[];
  };
  return runs[0];
}

/** Uploads, and kills the server when the run has some of its windows; false when the run was faster. */
async function killMidRun(attempt: number): Promise<boolean> {
  const before = (await newestRun())?.runId;
  await upload(`wave.${attempt}`);
  for (;;) {
    const run = await newestRun();
    if (run && run.runId !== before && run.windows > 0) {
      server.child.kill("SIGKILL");
      return run.windows < WINDOWS;
    }
  }
}

it(
  "sees the complete run once, nothing twice, after the server was killed in the middle of it",
  { timeout: 240_000 },
  async () => {
    let wasMidRun = false;
    let attempts = 0;
    while (!wasMidRun && attempts < MOST_ATTEMPTS) {
      wasMidRun = await killMidRun(++attempts);
      await page.getByText(/^▲? ?Reconnecting, try \d/).waitFor({ timeout: 20_000 });
      await startServer();
    }
    console.log(`killed in the middle at attempt ${attempts}`);
    expect(wasMidRun).toBe(true);

    await expect.poll(async () => (await newestRun())?.state, { timeout: 60_000 }).toBe("finished");
    const items = await runItems(page);
    await expect.poll(() => items.count(), { timeout: 40_000 }).toBe(attempts);
    await items.first().getByRole("button").click();
    await expect.poll(() => countWindows(page), { timeout: 40_000 }).toBe(WINDOWS);
    await expect.poll(() => page.getByText(/Reconnecting/).count()).toBe(0);

    const { runId } = (await newestRun()) as RunSummary;
    const csv = await (await fetch(`http://127.0.0.1:${port}/api/v1/runs/${runId}/windows?format=csv`)).text();
    const lines = csv.trimEnd().split("\r\n").slice(1);
    expect(lines.map((line) => Number(line.split(",")[0]))).toEqual(Array.from({ length: WINDOWS }, (_, i) => i));
    for (let index = 0; index < WINDOWS; index += 3_001) {
      const [, startMs, , verdict] = (lines[index] ?? "").split(",");
      const row = await readWindow(page, index);
      expect(row).toMatchObject({
        "#": String(index).replace(/\B(?=\d{3}$)/, " "),
        "Start s": (Number(startMs) / 1000).toFixed(2),
      });
      expect(row.Predicted).toContain(verdict);
    }
  },
);
