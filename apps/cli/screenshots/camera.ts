import path from "node:path";

import type { Browser, Page } from "playwright-core";

const OUT = path.resolve(import.meta.dirname, "../../../docs/screenshots");

/** One picture of the page. */
export interface Shot {
  /** Of the file, without its ending. */
  readonly name: string;
  /** What stands behind the `#` of the address. */
  readonly hash?: string;
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: "light" | "dark";
  /** Brings the page to where it is to be seen. */
  readonly prepare?: (page: Page) => Promise<void>;
}

/** Takes the pictures that are wanted, and says so. */
export class Camera {
  readonly #browser: Browser;
  readonly #wanted: readonly string[];

  /** @param wanted Names of pictures; all of them when empty. */
  constructor(browser: Browser, wanted: readonly string[]) {
    this.#browser = browser;
    this.#wanted = wanted;
  }

  wants(...names: readonly string[]): boolean {
    return this.#wanted.length === 0 || names.some((name) => this.#wanted.includes(name));
  }

  async take(url: string, shots: readonly Shot[]): Promise<void> {
    for (const shot of shots) if (this.wants(shot.name)) await this.#takeOne(url, shot);
  }

  async #takeOne(url: string, shot: Shot): Promise<void> {
    const { name, hash = "", width = 1440, height = 900, colorScheme = "light", prepare } = shot;
    const page = await this.#browser.newPage({ viewport: { width, height }, colorScheme, reducedMotion: "reduce" });
    try {
      await page.goto(`${url}/${hash}`);
      await page.evaluate(() => document.fonts.ready);
      await prepare?.(page);
      await page.mouse.move(0, 0);
      const file = path.join(OUT, `${name}.png`);
      await page.screenshot({ path: file });
      process.stdout.write(`${file}\n`);
    } finally {
      await page.close();
    }
  }
}
