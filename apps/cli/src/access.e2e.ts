import { request } from "node:http";

import { startStudio, type RunningStudio } from "@windowscope/studio";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createFolder, findFreePorts, openBrowser, startProgram, type Program } from "./harness.ts";
import { countWindows, lanes } from "./page.ts";

const KEY = "ei_access_0123456789";
const TOKEN = "token-for-the-e2e-test";

const { folder, remove } = createFolder();
let studio: RunningStudio;
let server: Program;
let browser: Browser;
let page: Page;
let url: string;
const blocked: string[] = [];

beforeAll(async () => {
  studio = await startStudio({ apiKey: KEY, project: "demo", ports: { studio: 0, devices: 0, ingestion: 0 } });
  const [port = 0] = await findFreePorts(1);
  url = `http://127.0.0.1:${port}`;
  server = startProgram(["serve"], {
    EI_API_KEY: KEY,
    EI_STUDIO_URL: studio.url,
    WINDOWSCOPE_DATA_DIR: folder,
    WINDOWSCOPE_PORT: String(port),
    WINDOWSCOPE_ACCESS_TOKEN: TOKEN,
    WINDOWSCOPE_LOG_LEVEL: "debug",
  });
  await server.prints("Connected to");
  browser = await openBrowser();
  page = await browser.newPage();
  page.on("console", (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) blocked.push(message.text());
  });
}, 60_000);

afterAll(async () => {
  await browser?.close();
  server?.child.kill("SIGKILL");
  await studio?.close();
  remove();
});

describe("a server with an access token", () => {
  it("asks for it on its page, says when it is wrong, and goes on when it is right", async () => {
    await page.goto(url);
    const field = page.getByLabel("Access token");
    await field.fill("not-the-access-token");
    await field.press("Enter");
    await page.getByRole("alert").getByText("This is not the access token.").waitFor();

    await field.fill(TOKEN);
    await field.press("Enter");
    await page.getByRole("heading", { name: "No windows yet." }).waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
  });

  it("knows the browser again", async () => {
    await page.reload();

    await page.getByText("Live", { exact: true }).waitFor();
    expect(await page.evaluate(() => document.cookie)).toBe("");
  });

  it("draws everything under a policy that allows nothing inline", async () => {
    const values = Array.from({ length: 250 }, (_, i) => [Math.sin(i / 9), Math.sin(i / 9 + 1), 9.8]);
    const sensors = ["accX", "accY", "accZ"].map((name) => ({ name, units: "m/s2" }));
    const recording = {
      protected: { ver: "v1", alg: "none" },
      signature: "00",
      payload: { device_type: "TEST", interval_ms: 16, sensors, values },
    };
    await fetch(`${studio.ingestionUrl}/api/testing/data`, {
      method: "POST",
      headers: { "x-api-key": KEY, "x-file-name": "wave" },
      body: JSON.stringify(recording),
    });
    await expect.poll(() => countWindows(page), { timeout: 20_000 }).toBe(26);
    await page.keyboard.press(".");
    await page.keyboard.press("r");
    await page.mouse.move(400, 300);

    const policy = (await fetch(url)).headers.get("content-security-policy") ?? "";
    expect(policy).not.toContain("unsafe");
    expect(blocked).toEqual([]);
    // The lanes and the table's spacers get their sizes as inline styles from scripts, which is allowed.
    const height = await lanes(page).evaluate((element) => element.clientHeight);
    expect(height).toBeGreaterThan(100);
  });

  it("has a page again after the session has ended elsewhere", async () => {
    await page.evaluate(() => fetch("/api/v1/session", { method: "DELETE" }));
    await page.reload();

    await page.getByLabel("Access token").waitFor();
    expect((await fetch(`${url}/api/v1/runs`)).status).toBe(401);
    const bearer = { authorization: `Bearer ${TOKEN}` };
    expect((await fetch(`${url}/api/v1/runs`, { headers: bearer })).status).toBe(200);
  });

  it("refuses the handshake of foreign pages and of foreign names", async () => {
    const handshake = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13" };
    const statusOf = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        const all = { ...handshake, "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", ...headers };
        const asked = request(`${url}/live`, { headers: all });
        asked.on("response", ({ statusCode }) => resolve(statusCode));
        asked.on("upgrade", (response, socket) => {
          socket.destroy();
          resolve(response.statusCode);
        });
        asked.on("error", reject);
        asked.end();
      });

    expect(await statusOf({ origin: "http://evil.example" })).toBe(403);
    expect(await statusOf({ origin: url.replace("http:", "https:") })).toBe(403);
    expect(await statusOf({ origin: "null" })).toBe(403);
    expect(await statusOf({ host: "evil.example" })).toBe(403);
    expect(await statusOf({})).toBe(403);
    expect(await statusOf({ origin: url })).toBe(101);
    expect(await statusOf({ authorization: `Bearer ${TOKEN}` })).toBe(101);
  });

  it("has printed neither token, key, cookie nor ticket, and ends with code 0", async () => {
    const { code, tookMs } = await server.end("SIGTERM");

    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(10_000);
    const output = server.output();
    expect(output).toContain("GET /api/v1/session");
    expect(output).not.toContain(TOKEN);
    expect(output).not.toContain(KEY);
    expect(output).not.toMatch(/ws[st]_[\w-]{10}/);
    for (const line of output.trim().split("\n")) expect(() => JSON.parse(line) as unknown).not.toThrow();
  });
});
