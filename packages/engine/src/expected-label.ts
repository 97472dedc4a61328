import { findSpan, labelAt, type LabelSpan } from "./label-spans.ts";

/**
 * Which label a window should get that shows several, as an impulse's input block states it.
 *
 * - `end-of-window`: the one at its last reading.
 * - `anywhere-in-window`: of the listed ones the one with most readings in it; if there is none, the one at its end.
 * - `anywhere-in-window-min-percentage`: the same of those that have at least `minPercentage` of its readings.
 * - `majority-in-window`: the one with most readings in it.
 *
 * Of labels with equally many readings the first one in the window wins.
 */
export type LabellingRule =
  | { readonly type: "end-of-window" | "majority-in-window" }
  | { readonly type: "anywhere-in-window"; readonly labels: readonly string[] }
  | {
      readonly type: "anywhere-in-window-min-percentage";
      readonly labels: readonly string[];
      /** Share of the window's readings, 0 to 100. */
      readonly minPercentage: number;
    };

/** What Studio does unless told otherwise. */
export const END_OF_WINDOW: LabellingRule = { type: "end-of-window" };

/**
 * The label that a window should get; `undefined` when it shows none.
 *
 * @param spans Of the recording, in order and apart from each other.
 * @param firstReading Where the window starts, in readings of the frequency that the spans are in.
 * @param endReading The reading behind its last; the recording's end for a window that reaches over it.
 */
export function expectedLabel(
  spans: readonly LabelSpan[],
  firstReading: number,
  endReading: number,
  rule: LabellingRule = END_OF_WINDOW,
): string | undefined {
  const atEnd = () => labelAt(spans, endReading - 1);
  switch (rule.type) {
    case "end-of-window":
      return atEnd();
    case "majority-in-window":
      return mostReadings(countReadings(spans, firstReading, endReading), () => true);
    case "anywhere-in-window":
      return (
        mostReadings(countReadings(spans, firstReading, endReading), (label) => rule.labels.includes(label)) ?? atEnd()
      );
    case "anywhere-in-window-min-percentage": {
      const fewest = (rule.minPercentage / 100) * (endReading - firstReading);
      const counts = countReadings(spans, firstReading, endReading);
      return mostReadings(counts, (label, count) => rule.labels.includes(label) && count >= fewest) ?? atEnd();
    }
    default:
      return rule satisfies never;
  }
}

/** Readings of each label in the window, in the order in which they come. */
function countReadings(spans: readonly LabelSpan[], firstReading: number, endReading: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let s = findSpan(spans, firstReading); s < spans.length; s++) {
    const { startIndex, endIndex, label } = spans[s] as LabelSpan;
    if (startIndex >= endReading) break;
    const count = Math.min(endIndex + 1, endReading) - Math.max(startIndex, firstReading);
    if (count > 0) counts.set(label, (counts.get(label) ?? 0) + count);
  }
  return counts;
}

function mostReadings(
  counts: ReadonlyMap<string, number>,
  isCandidate: (label: string, count: number) => boolean,
): string | undefined {
  let best: string | undefined;
  let most = 0;
  for (const [label, count] of counts) {
    if (count <= most || !isCandidate(label, count)) continue;
    best = label;
    most = count;
  }
  return best;
}
