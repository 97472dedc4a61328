import type { Page, Worker } from "playwright-core";

import { withPage, type MeasuredPage } from "../browser/browser.ts";
import { readPssBytes } from "../browser/process-tree.ts";
import { watchPage, watchTimers } from "./in-page.ts";

/** Of each run of a session. */
export const WINDOWS_PER_RUN = 100;
const VIEW = { widthPx: 1440, heightPx: 900 };

/** The page of Windowscope in a fresh browser, watched from inside. */
export interface OpenPage extends MeasuredPage {
  readonly scope: Worker;
  /** Bytes of the process that the page and its worker run in, after they have collected their garbage. */
  readonly readTabBytes: () => Promise<number>;
}

export async function withOpenPage<T>(url: string, use: (page: OpenPage) => Promise<T>): Promise<T> {
  return withPage({ ...VIEW, exposesGc: true }, async (measured) => {
    const { page } = measured;
    // Functions are sent as text; the name that the transpiler gives them is not there.
    await page.addInitScript("globalThis.__name = (f) => f");
    await page.addInitScript(watchTimers);
    await page.addInitScript(watchPage, WINDOWS_PER_RUN - 1);
    const started = page.waitForEvent("worker");
    await page.goto(url, { waitUntil: "commit" });
    const scope = await started;
    await scope.evaluate("globalThis.__name = (f) => f");
    await scope.evaluate(watchTimers);
    return use({
      ...measured,
      scope,
      async readTabBytes() {
        await collectGarbage(page);
        await collectGarbage(scope);
        // A browser keeps a spare process for the next page; that is the small one.
        const renderers = measured
          .readProcesses()
          .processes.filter(({ commandLine }) => /--type=renderer/.test(commandLine));
        return Math.max(...renderers.map(({ pid }) => readPssBytes(pid)));
      },
    });
  });
}

async function collectGarbage(thread: Page | Worker): Promise<void> {
  type Gc = (options: { type: "major"; execution: "sync"; flavor: "last-resort" }) => void;
  // What one collection leaves, a later one may take. The last resort gives the nursery back, too, which V8 lets grow to
  // 48 MB a thread and keeps.
  for (let n = 0; n < 3; n++) {
    await (thread as Page).evaluate(() =>
      (globalThis as { gc?: Gc }).gc?.({ type: "major", execution: "sync", flavor: "last-resort" }),
    );
  }
}
