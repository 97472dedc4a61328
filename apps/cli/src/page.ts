/** Reads the page as a person or a screen reader does: by roles, names and visible text. */
import type { Locator, Page } from "playwright-core";

/** One row of the table of windows, cell by cell as it is written. */
export type TableRow = Readonly<Record<string, string>>;

/** How many windows the table says that it has. */
export async function countWindows(page: Page): Promise<number> {
  return Number(await windowsTable(page).getAttribute("aria-rowcount")) - 1;
}

/** Scrolls to a window and reads its row. */
export async function readWindow(page: Page, index: number): Promise<TableRow> {
  const region = page.getByRole("region", { name: "Windows" });
  await region.evaluate((element, row) => (element.scrollTop = row * 24), index);
  const row = windowsTable(page)
    .getByRole("row")
    .filter({ has: page.getByRole("rowheader", { name: String(index), exact: true }) });
  await row.waitFor();
  const cells = await row.locator("th, td").allInnerTexts();
  const heads = await windowsTable(page).getByRole("columnheader").allInnerTexts();
  return Object.fromEntries(heads.map((head, i) => [head.trim(), (cells[i] ?? "").replaceAll(/\s+/g, " ").trim()]));
}

/** The list of runs, the newest first. */
export function runItems(page: Page): Locator {
  return page.getByRole("complementary", { name: "Runs" }).getByRole("listitem");
}

function windowsTable(page: Page): Locator {
  return page.getByRole("table", { name: /^Windows/ });
}
