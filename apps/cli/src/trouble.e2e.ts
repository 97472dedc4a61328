import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { startStudio, type RunningStudio } from "@windowscope/studio";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { createFolder, findFreePorts, openBrowser, startProgram, type Program } from "./harness.ts";
import { countWindows, readWindow, runItems } from "./page.ts";

const KEY = "ei_trouble";

let browser: Browser;
let page: Page;
let folder: ReturnType<typeof createFolder>;
let ports: { server: number; studio: number; devices: number; ingestion: number };
let running: { program: Program[]; studio: RunningStudio | undefined };

beforeAll(async () => {
  browser = await openBrowser();
}, 30_000);

afterAll(() => browser?.close());

beforeEach(async () => {
  const [server = 0, studio = 0, devices = 0, ingestion = 0] = await findFreePorts(4);
  ports = { server, studio, devices, ingestion };
  folder = createFolder();
  running = { program: [], studio: undefined };
  page = await browser.newPage();
});

afterEach(async () => {
  await page.close();
  for (const { child } of running.program) child.kill("SIGKILL");
  await running.studio?.close();
  folder.remove();
});

async function startLocalStudio(): Promise<RunningStudio> {
  running.studio = await startStudio({ apiKey: KEY, project: "demo", ports });
  return running.studio;
}

function serve(env: Record<string, string> = {}): Program {
  const program = startProgram(["serve"], {
    EI_API_KEY: KEY,
    EI_STUDIO_URL: `http://127.0.0.1:${ports.studio}`,
    WINDOWSCOPE_DATA_DIR: folder.folder,
    WINDOWSCOPE_PORT: String(ports.server),
    ...env,
  });
  running.program.push(program);
  return program;
}

async function openPage(): Promise<void> {
  await page.goto(`http://127.0.0.1:${ports.server}`);
}

function recording(seconds: number, axes = ["accX", "accY", "accZ"]): object {
  const values = Array.from({ length: Math.round(seconds * 62.5) }, (_, i) => axes.map((_, a) => Math.sin(i / 9 + a)));
  const sensors = axes.map((name) => ({ name, units: "m/s2" }));
  return {
    protected: { ver: "v1", alg: "none" },
    signature: "00",
    payload: { device_type: "TEST", interval_ms: 16, sensors, values },
  };
}

async function upload(name: string, body: string, apiKey = KEY): Promise<Response> {
  return fetch(`http://127.0.0.1:${ports.ingestion}/api/testing/data`, {
    method: "POST",
    headers: { "x-api-key": apiKey, "x-file-name": name },
    body,
  });
}

describe("the page", () => {
  it("says that Studio is down, and goes on by itself once it is up", { timeout: 60_000 }, async () => {
    await serve().prints("does not answer listProjects");
    await openPage();
    await page.getByText(`Studio at http://127.0.0.1:${ports.studio} does not answer`).waitFor();
    await page.getByText("Not live", { exact: true }).waitFor();

    await startLocalStudio();
    await page.getByText("Live", { exact: true }).waitFor({ timeout: 20_000 });
    await page.getByText("does not answer").waitFor({ state: "detached" });
    await upload("wave", JSON.stringify(recording(4)));

    await expect.poll(() => countWindows(page), { timeout: 20_000 }).toBe(26);
  });

  it("says that the key is refused, in Studio's words, and never shows it", { timeout: 60_000 }, async () => {
    await startLocalStudio();
    const program = serve({ EI_API_KEY: "ei_not_the_key" });
    await program.prints("refuses the API key");
    await openPage();

    await page.getByRole("heading", { name: "Studio does not let the server in." }).waitFor();
    await page.getByRole("status").getByText("Invalid API key. Check EI_API_KEY and restart the server.").waitFor();
    expect(program.output() + (await page.content())).not.toContain("ei_not_the_key");
  });

  it("says why a sample has no windows, and why another could not be classified", { timeout: 60_000 }, async () => {
    await startLocalStudio();
    await serve().prints("Connected to");
    await openPage();
    await page.getByRole("heading", { name: "No windows yet." }).waitFor();

    await upload("short", JSON.stringify(recording(1)));
    await page.getByText("The sample lasts 1008 ms, less than one window of 2000 ms. It has no window.").waitFor();
    expect(await countWindows(page)).toBe(0);

    await upload("audio", JSON.stringify(recording(4, ["audio"])));
    await page.getByText(/could not be classified/).waitFor();
    await page.getByText(/It has the axes audio and lacks accX, accY, accZ/).waitFor();

    const corrupt = await upload("corrupt.cbor", "\xbf\x61");
    expect(corrupt.status).toBe(400);
    expect(await corrupt.text()).toContain("Could not parse this CBOR file");
    await upload("fine", JSON.stringify(recording(4)));
    await expect.poll(() => countWindows(page), { timeout: 20_000 }).toBe(26);
    const items = await runItems(page);
    await expect.poll(() => items.count()).toBe(3);
  });
});

describe("POST /api/v1/runs", () => {
  it("passes Studio's words on for a project that the key does not open", { timeout: 60_000 }, async () => {
    await startLocalStudio();
    await serve().prints("Connected to");

    const response = await fetch(`http://127.0.0.1:${ports.server}/api/v1/runs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ projectId: 999, sampleId: 1 }),
    });

    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({
      type: "urn:windowscope:problem:not-found",
      detail: "There is no project 999, or this API key does not open it.",
    });
  });
});

describe("windowscope", () => {
  it.each<{ what: string; env: Record<string, string>; message: string }>([
    { what: "no key", env: { EI_API_KEY: "" }, message: "EI_API_KEY is not set" },
    { what: "a foreign host", env: { WINDOWSCOPE_HOST: "0.0.0.0" }, message: 'WINDOWSCOPE_HOST is "0.0.0.0"' },
    { what: "a wrong port", env: { WINDOWSCOPE_PORT: "x" }, message: "WINDOWSCOPE_PORT has to be a port" },
  ])("serve refuses $what in one line, and exits with 1", async ({ env, message }) => {
    const program = serve(env);

    await program.prints(message);

    expect(await program.exits()).toBe(1);
    expect(program.output()).not.toContain("    at ");
  });

  it.each<{ what: string; env: () => Record<string, string>; message: () => string }>([
    {
      what: "a data folder in which nothing can be made",
      env: () => ({ WINDOWSCOPE_DATA_DIR: "/proc/windowscope/data" }),
      message: () => 'WINDOWSCOPE_DATA_DIR is "/proc/windowscope/data", which cannot be a folder for data',
    },
    {
      what: "a data folder that is a file",
      env: () => ({ WINDOWSCOPE_DATA_DIR: process.execPath }),
      message: () => `${process.execPath} is a file`,
    },
    {
      what: "one port for two things",
      env: () => ({ WINDOWSCOPE_STUDIO_PORT: String(ports.server) }),
      message: () => `WINDOWSCOPE_STUDIO_PORT and WINDOWSCOPE_PORT are both ${ports.server}.`,
    },
    {
      what: "a category that Studio does not have",
      env: () => ({ WINDOWSCOPE_CATEGORIES: "test" }),
      message: () => "WINDOWSCOPE_CATEGORIES has to be none or some of training, testing,",
    },
  ])("start refuses $what in one line, before it does anything", async ({ env, message }) => {
    const program = startProgram(["start"], {
      WINDOWSCOPE_DATA_DIR: folder.folder,
      WINDOWSCOPE_PORT: String(ports.server),
      WINDOWSCOPE_STUDIO_PORT: String(ports.studio),
      WINDOWSCOPE_DEVICES_PORT: String(ports.devices),
      WINDOWSCOPE_INGESTION_PORT: String(ports.ingestion),
      WINDOWSCOPE_SPELT_WRONG: "1",
      ...env(),
    });
    running.program.push(program);

    await program.prints(message());

    expect(await program.exits()).toBe(1);
    expect(program.output()).toContain("Without effect: WINDOWSCOPE_SPELT_WRONG.");
    expect(program.output().trim().split("\n")).toHaveLength(2);
  });

  it("says which port is taken, and whose data folder", { timeout: 30_000 }, async () => {
    await serve().prints("listening on");

    await serve({ WINDOWSCOPE_DATA_DIR: path.join(folder.folder, "other") }).prints(`Port ${ports.server} is taken`);
    await serve({ WINDOWSCOPE_PORT: "0" }).prints("runs.db is in use by another process");
  });

  it("explains itself when it does not understand, and exits with 2", async () => {
    const program = startProgram(["dance"], {});

    await program.prints("windowscope start");

    expect(await program.exits()).toBe(2);
    const help = startProgram(["--help"], {});
    expect(await help.exits()).toBe(0);
    expect(program.output()).toBe(`There is no "windowscope dance".\n\n${help.output()}`);
  });
});

describe("windowscope studio import", () => {
  /** The smallest impulse there is: one axis, its RMS against one cluster. */
  const document = {
    format: "windowscope-impulse",
    version: 1,
    name: "one axis",
    input: { axes: ["accX"], frequencyHz: 62.5, windowSizeMs: 1000, windowIncreaseMs: 500, padZeros: false },
    features: {
      type: "spectral-analysis",
      version: 2,
      scaleAxes: 1,
      filterType: "none",
      filterCutoffHz: 0,
      filterOrder: 0,
      fftLength: 16,
      doLog: true,
      doFftOverlap: true,
    },
    anomaly: { axes: [0], mean: [0], scale: [1], clusters: [{ center: [0.7], maxError: 0.5 }], threshold: 0.3 },
  };

  function run(...args: readonly string[]): Program {
    const program = startProgram(["studio", ...args], {
      WINDOWSCOPE_DATA_DIR: folder.folder,
      WINDOWSCOPE_DEMO: "off",
      WINDOWSCOPE_STUDIO_PORT: String(ports.studio),
      WINDOWSCOPE_DEVICES_PORT: String(ports.devices),
      WINDOWSCOPE_INGESTION_PORT: String(ports.ingestion),
    });
    running.program.push(program);
    return program;
  }

  it("gives the running Studio an impulse that classifies from then on", { timeout: 60_000 }, async () => {
    const file = path.join(folder.folder, "impulse.json");
    writeFileSync(file, JSON.stringify(document));
    await run("import", file).prints(`No local Studio answers at http://127.0.0.1:${ports.studio}`);
    await run().prints("listening on");

    await run("import", file).prints(
      'Impulse 1 "one axis" (no classifier, anomaly scores only) is now the default of project 1.',
    );
    const apiKey = readFileSync(path.join(folder.folder, "studio-key"), "utf8").trim();
    await serve({ EI_API_KEY: apiKey }).prints("Connected to");
    await openPage();
    await upload("still", JSON.stringify(recording(4, ["accX"])), apiKey);
    await expect.poll(() => countWindows(page), { timeout: 20_000 }).toBe(7);
    await (await runItems(page)).first().getByRole("button").click();
    await expect.poll(() => countWindows(page)).toBe(7);
    expect(await readWindow(page, 0)).toMatchObject({ "#": "0", "End s": "1.01", Predicted: "no anomaly" });
    expect(Object.keys(await readWindow(page, 6))).toEqual([
      "#",
      "Start s",
      "End s",
      "Expected",
      "Predicted",
      "Anomaly",
    ]);
    expect(await page.getByText("Probability").count()).toBe(0);

    const exported = path.join(folder.folder, "exported.json");
    await run("export", exported).prints(`Impulse "one axis" written to ${exported}.`);
    const { features, ...others } = document;
    expect(JSON.parse(readFileSync(exported, "utf8"))).toEqual({
      ...others,
      version: 2,
      blocks: [{ parameters: features }],
    });
    writeFileSync(file, JSON.stringify({ ...document, name: 7 }));
    await run("import", file).prints("The impulse document cannot be used: /name has to be a text.");
    await run("import", path.join(folder.folder, "none.json")).prints("none.json cannot be read");
  });
});
