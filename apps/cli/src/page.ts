/** Reads the page as a person or a screen reader does: by roles, names and visible text. */
import { errors, type JSHandle, type Locator, type Page } from "playwright-core";

/** One row of the table of windows, cell by cell as it is written. */
export type TableRow = Readonly<Record<string, string>>;

const ROW_PX = 24;

/** How many windows the table says that it has. */
export async function countWindows(page: Page): Promise<number> {
  return Number(await windowsTable(page).getAttribute("aria-rowcount")) - 1;
}

/** Scrolls to a window of a table that shows them all, and reads its row. */
export async function readWindow(page: Page, index: number): Promise<TableRow> {
  await windowsRegion(page).evaluate((element, top) => (element.scrollTop = top), index * ROW_PX);
  const name = String(index).replaceAll(/\B(?=(\d{3})+$)/g, "\u2009");
  const row = windowsTable(page)
    .getByRole("row")
    .filter({ has: page.getByRole("rowheader", { name, exact: true }) })
    // What is on its way has one cell.
    .filter({ has: page.getByRole("cell").nth(2) });
  await row.waitFor();
  const cells = await row.locator("th, td").allTextContents();
  const heads = await windowsTable(page).getByRole("columnheader").allTextContents();
  return Object.fromEntries(heads.map((head, i) => [head.trim(), (cells[i] ?? "").replaceAll(/\s+/g, " ").trim()]));
}

/** The list of runs, the newest first; opens it where it is closed. */
export async function runItems(page: Page): Promise<Locator> {
  const list = page.getByRole("complementary", { name: "Runs" });
  if ((await list.count()) === 0) await page.getByRole("button", { name: "Runs", exact: true }).click();
  await list.waitFor();
  return list.getByRole("listitem");
}

export function windowsTable(page: Page): Locator {
  return page.getByRole("table", { name: "Windows", exact: true });
}

export function windowsRegion(page: Page): Locator {
  return page.getByRole("region", { name: "Windows", exact: true });
}

export function inspector(page: Page): Locator {
  return page.getByRole("region", { name: "Inspector" });
}

/** Number of the window that is looked at, as the inspector names it. */
export async function inspectedWindow(page: Page): Promise<number> {
  const title = await inspector(page)
    .getByText(/^#[\d\u2009]+$/)
    .textContent();
  return Number((title ?? "").replaceAll(/\D/g, ""));
}

/** A stretch of time on the clock of what is shown, ms. */
export interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
}

/** What stretch of time is on the screen, as the ends of the brush over the overview say; whole ms. */
export async function shownStretch(page: Page): Promise<Stretch> {
  const read = async (name: string) => Number(await page.getByRole("slider", { name }).getAttribute("aria-valuenow"));
  const [startMs, endMs] = await Promise.all([
    read("Start of the time on the screen"),
    read("End of the time on the screen"),
  ]);
  return { startMs, endMs };
}

/** The lanes: where one points at a time. */
export function lanes(page: Page): Locator {
  return page.getByRole("slider", { name: "Window", exact: true });
}

/** Shows what a link says, without loading the page anew; also where the address says so already. */
export async function followLink(page: Page, hash: string): Promise<void> {
  await page.evaluate(async (wanted) => {
    for (const next of ["#session", wanted]) {
      if (location.hash === next) continue;
      // Each is heard before the next change, and before the test goes on: else an address that the page is about to
      // write looks like nobody's change, and a key is pressed on the page as it was.
      const heard = new Promise((resolve) => addEventListener("hashchange", resolve, { once: true }));
      location.hash = next;
      await heard;
    }
  }, hash);
}

/** Drags files over the page until it says that they can be dropped: what takes them is loaded after the page. */
export async function dragOver(page: Page, files: JSHandle<DataTransfer>): Promise<void> {
  const body = page.locator("body");
  for (;;) {
    await body.dispatchEvent("dragenter", { dataTransfer: files });
    try {
      await page.getByText("Drop to upload and classify.").waitFor({ timeout: 1_000 });
      return;
    } catch (error) {
      if (!(error instanceof errors.TimeoutError)) throw error;
      await body.dispatchEvent("dragleave", { dataTransfer: files });
    }
  }
}

/**
 * A picture of the lanes as they are at this moment. The handle of the anomaly limit, which lies over them, is painted
 * over: whether the browser has drawn it in a layer of its own shows in how its round corners are smoothed.
 */
export async function photographLanes(page: Page): Promise<Buffer> {
  return lanes(page).screenshot({ mask: [page.getByRole("slider", { name: "Limit of the anomaly lane" })] });
}

/** A picture of the lanes as they are once nothing moves in them: they are drawn a little later than all else. */
export async function pictureOfLanes(page: Page): Promise<Buffer> {
  let picture = await photographLanes(page);
  for (;;) {
    const next = await photographLanes(page);
    if (next.equals(picture)) return next;
    picture = next;
  }
}
