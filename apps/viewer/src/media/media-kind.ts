import type { Run, RunResult } from "@windowscope/protocol";

import type { Page } from "../page/page.svelte.ts";

/** A signal as dense as this is sound: movement and the like are hundreds of readings a second at most. */
const SOUND_HZ = 4000;

/** What a recording is beside numbers over time: something to look at, something to listen to, or neither. */
export function mediaKindOf(
  result: Pick<RunResult, "kinds" | "axes" | "intervalMs"> | undefined,
): "image" | "audio" | "none" {
  if (!result) return "none";
  const { kinds, axes, intervalMs } = result;
  const isPicture = axes.some(({ name, units }) => name === "image" || units === "rgba");
  if (isPicture || kinds?.includes("objects") || kinds?.includes("anomaly-grid")) return "image";
  return axes.some(({ name }) => name === "audio") || 1000 / intervalMs >= SOUND_HZ ? "audio" : "none";
}

/** The run of the picked window, else of the newest one, and where it stands on the clock. */
export function shownRun(
  page: Pick<Page, "snapshot" | "current">,
): { readonly run: Run; readonly startMs: number } | undefined {
  const placed = page.snapshot?.placed ?? [];
  return (
    placed.find(({ run }) => run.runId === page.current?.runId) ??
    placed.at(page.snapshot?.source.kind === "run" ? 0 : -1)
  );
}
