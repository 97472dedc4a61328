/** What axe finds wrong with a page that somebody looks at: of WCAG 2.2 AA, and of what else it calls good practice. */
import axe from "axe-core";
import type { Page } from "playwright-core";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** What other colours can break: all else of a page is the same in the dark. */
const COLOUR_RULES = ["color-contrast", "link-in-text-block"];

/** Of the page as it is. A line each, with the element and how to mend it. */
export async function findAxeFaults(page: Page): Promise<string[]> {
  return runAxe(page, { type: "tag", values: TAGS });
}

/** Of the page in light colours, and then of the colours of the same page in the dark. */
export async function findAxeFaultsInBothColours(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: "light" });
  const faults = await findAxeFaults(page);
  await page.emulateMedia({ colorScheme: "dark" });
  const inTheDark = await runAxe(page, { type: "rule", values: COLOUR_RULES });
  await page.emulateMedia({ colorScheme: "light" });
  return [...faults, ...inTheDark.map((fault) => `in dark colours: ${fault}`)];
}

async function runAxe(page: Page, runOnly: axe.RunOnly): Promise<string[]> {
  await page.evaluate(() => document.fonts.ready);
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe.source);
  const { violations } = await page.evaluate(async (only) => {
    // What scripts do about new colours is there in the frame after the next.
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    const { axe: loaded } = globalThis as unknown as { axe: typeof axe };
    return loaded.run({ runOnly: only, resultTypes: ["violations"] });
  }, runOnly);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary?.replaceAll(/\s+/g, " ")}`),
  );
}
