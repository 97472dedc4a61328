/** How soon somebody who opens a link to a recording can work with it. */
import { withPage } from "../browser/browser.ts";
import { median } from "../median.ts";
import type { Figure } from "../rows.ts";
import { withPageServer } from "./page-server.ts";

const RUN = { windows: 1_000, classes: 4 };
const VIEW = { widthPx: 1440, heightPx: 900 };
const MOST_INTERACTIVE_S = 1;

interface FirstLook {
  /** All windows are in the table, ms from the navigation. */
  shownAtMs?: number;
  /** After that the page has done what a key asked for: a dialog is open, whose code it had to load. */
  answeredAtMs?: number;
}

declare global {
  var firstLook: FirstLook;
}

export async function measureFirstLook(rounds: number, log: (line: string) => void): Promise<Figure[]> {
  return withPageServer(async ({ url, runs }) => {
    const runId = await runs.write(RUN, Date.now());
    const looks: Required<FirstLook>[] = [];
    for (let round = 0; round < rounds; round++) {
      const look = await measureOnce(`${url}/#run=${runId}`);
      log(JSON.stringify(look));
      looks.push(look);
    }
    const row = (name: string) => `page, ${name}, ${RUN.windows} windows × ${RUN.classes}`;
    return [
      { row: row("all of it shown"), value: median(looks.map(({ shownAtMs }) => shownAtMs / 1000)), unit: "s" },
      {
        row: row("a key answered"),
        value: median(looks.map(({ answeredAtMs }) => answeredAtMs / 1000)),
        unit: "s",
        goal: { mostValue: MOST_INTERACTIVE_S },
      },
    ];
  });
}

/** In a fresh browser, so that nothing is in a cache. */
async function measureOnce(address: string): Promise<Required<FirstLook>> {
  return withPage(VIEW, async ({ page }) => {
    // Functions are sent as text; the name that the transpiler gives them is not there.
    await page.addInitScript("globalThis.__name = (f) => f");
    await page.addInitScript(watchFirstLook, RUN.windows);
    await page.goto(address, { waitUntil: "commit" });
    await page.waitForFunction(() => firstLook.answeredAtMs !== undefined);
    return (await page.evaluate(() => firstLook)) as Required<FirstLook>;
  });
}

/** Runs in the page, before anything else. Presses `?` each frame once all windows are there, until it is answered. */
function watchFirstLook(windows: number): void {
  const look: FirstLook = {};
  globalThis.firstLook = look;
  const next = () => {
    if (document.querySelector("dialog[open]")) {
      look.answeredAtMs = performance.now();
      return;
    }
    const rows = document.querySelector("[aria-rowcount]")?.getAttribute("aria-rowcount");
    // One of them is the head.
    if (Number(rows) === windows + 1) {
      look.shownAtMs ??= performance.now();
      dispatchEvent(new KeyboardEvent("keydown", { key: "?", code: "Slash", shiftKey: true }));
    }
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}
