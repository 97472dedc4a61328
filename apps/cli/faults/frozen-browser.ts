import { execFileSync } from "node:child_process";

import type { Browser, Page } from "playwright-core";
import { onTestFinished } from "vitest";

import { openBrowser } from "../src/harness.ts";

/** A Chromium all of whose processes can be stopped, as those of a laptop are that sleeps. */
export class FrozenBrowser {
  readonly #browser: Browser;
  /** Chromium leads a group of its own; see `openBrowser`. */
  readonly #group: number;

  private constructor(browser: Browser, group: number) {
    this.#browser = browser;
    this.#group = group;
  }

  /** Starts it, and ends it after the test. */
  static async open(): Promise<FrozenBrowser> {
    const before = new Set(childProcesses());
    const browser = await openBrowser();
    const [pid] = childProcesses().filter((each) => !before.has(each));
    if (pid === undefined) throw new Error("Chromium has no process.");
    const frozen = new FrozenBrowser(browser, pid);
    onTestFinished(async () => {
      // A stopped one would not hear that it is to end.
      frozen.wake();
      await browser.close();
    });
    return frozen;
  }

  async openPage(url: string): Promise<Page> {
    const page = await this.#browser.newPage();
    await page.goto(url);
    return page;
  }

  freeze(): void {
    process.kill(-this.#group, "SIGSTOP");
  }

  wake(): void {
    process.kill(-this.#group, "SIGCONT");
  }
}

/** Of this process, as `ps` knows them. */
function childProcesses(): number[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,comm="], { encoding: "utf8" }).split("\n");
  return lines.flatMap((line) => {
    const [pid, parent, name = ""] = line.trim().split(/\s+/);
    return Number(parent) === process.pid && name.startsWith("chrom") ? [Number(pid)] : [];
  });
}
