import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openBrowser } from "./harness.ts";

const BUILT = path.resolve(import.meta.dirname, "../../../packages/plot/dist");
const PAGE = `<!doctype html><title>Plot</title><canvas style="width: 300px; height: 120px"></canvas>
<script type="module">import { openPlot } from "/index.js"; Object.assign(globalThis, { openPlot });</script>`;

/** What the page's script has put there. */
interface PageGlobals {
  readonly openPlot: (canvas: Element | null, options: object) => PageGlobals["plot"];
  readonly plot: {
    append(lane: number, values: ArrayLike<number>): void;
    show(span: object): void;
    toPng(): Promise<Blob>;
    close(): void;
  };
}

/** The built package and a page with a canvas, as somebody else would serve them. */
async function servePlot(): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (pathname === "/") {
      response.setHeader("content-type", "text/html").end(PAGE);
      return;
    }
    readFile(path.join(BUILT, path.normalize(pathname))).then(
      (script) => response.setHeader("content-type", "text/javascript").end(script),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

describe("openPlot in a browser", () => {
  let server: Server;
  let browser: Browser;

  beforeAll(async () => {
    [server, browser] = await Promise.all([servePlot(), openBrowser()]);
  });
  afterAll(async () => {
    await browser.close();
    await new Promise((resolve) => server.close(resolve));
  });

  async function openPage(before: () => void): Promise<Page> {
    const page = await browser.newPage({ deviceScaleFactor: 1.25 });
    await page.addInitScript(before);
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return page;
  }

  /** Opens a plot, and closes it again. @returns What its picture is, with data and without, and who drew it. */
  async function draw(page: Page) {
    const drawn = await page.evaluate(async () => {
      const { openPlot } = globalThis as unknown as PageGlobals;
      const windows = { windowMs: 100, hopMs: 100 };
      const lanes = [
        { kind: "traces", series: 1, intervalMs: 10 },
        { kind: "ribbon", rows: 3, ...windows },
      ];
      const plot = openPlot(document.querySelector("canvas"), { lanes });
      const bytesOf = async () => [...new Uint8Array(await (await plot.toPng()).arrayBuffer())];
      plot.show({ startMs: 0, endMs: 1_000 });
      const empty = await bytesOf();
      plot.append(
        0,
        Float32Array.from({ length: 100 }, (_, i) => Math.sin(i / 5)),
      );
      plot.append(
        1,
        Array.from({ length: 30 }, (_, i) => (i % 7) / 7),
      );
      const full = await bytesOf();
      Object.assign(globalThis, { plot });
      return { empty, full };
    });
    const workers = page.workers().length;
    const ended = workers > 0 ? page.workers()[0]?.waitForEvent("close") : undefined;
    await page.evaluate(() => (globalThis as unknown as PageGlobals).plot.close());
    await ended;
    return { workers, empty: Buffer.from(drawn.empty), full: Buffer.from(drawn.full) };
  }

  it("draws in a worker, which ends with it, and draws the same on the page where there are no workers", async () => {
    const inWorker = await draw(await openPage(() => undefined));
    const onPage = await draw(await openPage(() => Reflect.deleteProperty(globalThis, "Worker")));
    const refused = await draw(
      await openPage(() => {
        const { Worker: True } = globalThis;
        // A worker of another origin is refused like this one.
        globalThis.Worker = class extends True {
          constructor() {
            super("https://example.org/plot-worker.js", { type: "module" });
          }
        };
      }),
    );

    const hashOf = (png: Buffer) => createHash("sha256").update(png).digest("hex");
    expect(inWorker.workers).toBe(1);
    expect(onPage.workers).toBe(0);
    expect(hashOf(inWorker.full)).not.toBe(hashOf(inWorker.empty));
    // Width and height of a PNG: 300 x 120 CSS pixels.
    expect([inWorker.full.readUInt32BE(16), inWorker.full.readUInt32BE(20)]).toEqual([375, 150]);
    for (const { full, empty } of [onPage, refused]) {
      expect(hashOf(full)).toBe(hashOf(inWorker.full));
      expect(hashOf(empty)).toBe(hashOf(inWorker.empty));
    }
  });
});
