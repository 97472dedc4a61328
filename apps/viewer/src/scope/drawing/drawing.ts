import type { Box, PixelImage, Placed, TimeScale } from "@windowscope/plot";

import type { RunStore } from "../run-store.ts";
import type { Look, Thresholds } from "../scope-port.ts";
import type { ShownRun, ShownWindows } from "../shown-windows.ts";
import type { Palette } from "./palette.ts";

/** What is drawn. */
export interface Content {
  readonly windows: ShownWindows;
  readonly whatIf: Thresholds | undefined;
}

/** A run that has been read, at least in part. */
export interface Loaded extends Placed<RunStore> {
  readonly content: RunStore;
}

/** One lane to draw, and where. */
export interface Drawing extends Content {
  readonly image: PixelImage;
  readonly box: Box;
  readonly scale: TimeScale;
  readonly look: Look;
  readonly palette: Palette;
  readonly pixelRatio: number;
  /** Those in sight. */
  readonly runs: readonly Loaded[];
  readonly beside: Loaded | undefined;
}

export function loadedOf(runs: readonly ShownRun[]): Loaded[] {
  return runs.flatMap(({ startMs, store }) => (store ? [{ fromMs: startMs, content: store }] : []));
}

/** Runs whose codes and rows mean the same, together; those of an object detector differ from picture to picture. */
export function byClasses(runs: readonly Loaded[]): Loaded[][] {
  const groups = new Map<string, Loaded[]>();
  for (const run of runs) {
    const key = (run.content.result?.classes ?? []).join("\n");
    const group = groups.get(key);
    if (group) group.push(run);
    else groups.set(key, [run]);
  }
  return [...groups.values()];
}

/**
 * What follows from all runs is worked out once for all frames between two changes, and not for every frame of a view
 * that moves: the array of runs is replaced with each change.
 */
export function onceFor<T>(compute: (runs: readonly ShownRun[]) => T): (runs: readonly ShownRun[]) => T {
  const known = new WeakMap<readonly ShownRun[], { readonly value: T }>();
  return (runs) => {
    const { value } = known.get(runs) ?? { value: compute(runs) };
    known.set(runs, { value });
    return value;
  };
}
