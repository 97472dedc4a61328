/** Whether everybody has got what Studio said. */
import { expectedWindows, type ExpectedWindow } from "./fake-studio.ts";
import type { Figures } from "./figures.ts";
import type { ViewerReport } from "./viewer-tally.ts";

/** Windows in one entry; the server's choice, which its viewers may see. */
export const ENTRY_WINDOWS = 32;

/** All windows of a run as the server gives them for a download. */
export async function downloadWindows(serverUrl: string, runId: string): Promise<ExpectedWindow[]> {
  const response = await fetch(`${serverUrl}/api/v1/runs/${runId}/windows?format=json`);
  return ((await response.json()) as { windows: ExpectedWindow[] }).windows;
}

/** How many windows differ from Studio's, are missing, or should not be there. */
export function countDifferences(windows: readonly ExpectedWindow[], sampleId: number, count: number): number {
  let differences = Math.max(0, windows.length - count);
  for (const expected of expectedWindows(sampleId, count)) {
    const got = windows[expected.index];
    const isSame =
      got?.index === expected.index &&
      got.startMs === expected.startMs &&
      got.endMs === expected.endMs &&
      Object.entries(expected.scores).every(([name, score]) => got.scores[name] === score);
    if (!isSame) differences++;
  }
  return differences;
}

/** Downloads runs, each of so many windows, and holds them against Studio's answers. */
export async function checkDownloads(
  figures: Figures,
  serverUrl: string,
  runs: readonly { readonly runId: string; readonly sampleId: number }[],
  windows: number,
): Promise<void> {
  let differences = 0;
  for (const { runId, sampleId } of runs) {
    differences += countDifferences(await downloadWindows(serverUrl, runId), sampleId, windows);
  }
  figures.is(`windows that differ from Studio's, of ${runs.length} × ${windows}`, differences, 0);
}

/** What holds for viewers whatever happened: nothing lost, nothing twice, all have seen the same. */
export function checkViewers(figures: Figures, reports: readonly ViewerReport[]): void {
  const sum = (key: "lost" | "misplaced") => reports.reduce((total, report) => total + report[key], 0);
  figures.is("entries lost", sum("lost"), 0);
  figures.is("windows applied twice or out of order", sum("misplaced"), 0);
  figures.is("viewers with other content than the rest", reports.length - mostCommon(reports), 0);
  const errors = reports.flatMap(({ errors: each }) => each);
  if (errors.length > 0) figures.is("errors at viewers", errors.length, 0);
}

/** How many viewers have the content that most of them have. */
function mostCommon(reports: readonly ViewerReport[]): number {
  const counts = new Map<string, number>();
  for (const { digest } of reports) counts.set(digest, (counts.get(digest) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}
