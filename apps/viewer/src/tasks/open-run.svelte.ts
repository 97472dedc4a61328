import { isOver } from "@windowscope/protocol";

import type { Page } from "../page/page.svelte.ts";

/**
 * Shows a run, and picks the window that covers a time as soon as it has come.
 *
 * It gives up when the run is over without such a window, or when somebody looks at something else.
 *
 * @param atMs From the start of the recording; without it the run is shown and nothing picked.
 */
export function openRun(
  page: Pick<Page, "showRun" | "selectAt" | "snapshot" | "source">,
  runId: string,
  atMs?: number,
): void {
  page.showRun(runId);
  if (atMs === undefined) return;
  // This outlives the panel that asked for it: the panel closes so that the run can be seen.
  const stop = $effect.root(() => {
    $effect(() => {
      const standing = findWindow(page, runId, atMs);
      if (standing === "coming") return;
      if (standing === "there") void page.selectAt(atMs);
      // An effect cannot end the root that it is part of while it runs.
      queueMicrotask(stop);
    });
  });
}

/** Whether the window that covers a time is there, may still come, or never will as long as the page shows this. */
export function findWindow(
  { snapshot, source }: Pick<Page, "snapshot" | "source">,
  runId: string,
  atMs: number,
): "there" | "coming" | "never" {
  if (source.kind !== "run" || source.runId !== runId) return "never";
  if (!snapshot) return "coming";
  if ((snapshot.newest?.endMs ?? -Infinity) >= atMs) return "there";
  const run = snapshot.placed.find(({ run: placed }) => placed.runId === runId)?.run;
  return run && isOver(run.state) && snapshot.tally.windows >= run.windows ? "never" : "coming";
}
