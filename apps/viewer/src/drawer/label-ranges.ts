/** A stretch of a sample and its label; times in ms from the start of the sample. */
export interface LabelRange {
  readonly startMs: number;
  readonly endMs: number;
  readonly label: string;
}

/** The server takes no longer ones. */
const LONGEST_LABEL = 1000;

/**
 * Gives a stretch a label. What lies under it gives way: shortened, parted in two, or gone, so that ranges never overlap.
 *
 * @returns In the order of time; neighbours with one label are one range.
 */
export function paint(ranges: readonly LabelRange[], painted: LabelRange): readonly LabelRange[] {
  const kept = ranges.flatMap((range) => [
    { ...range, endMs: Math.min(range.endMs, painted.startMs) },
    { ...range, startMs: Math.max(range.startMs, painted.endMs) },
  ]);
  return merge([...kept, painted]);
}

/** Takes a range away; its time goes to the one before it, or to the one behind the first. */
export function remove(ranges: readonly LabelRange[], index: number): readonly LabelRange[] {
  const removed = ranges[index];
  const heir = ranges[index - 1] ?? ranges[index + 1];
  const rest = ranges.filter((_, i) => i !== index);
  if (!removed || !heir) return rest;
  return merge(
    rest.map((range) =>
      range === heir
        ? {
            ...heir,
            startMs: Math.min(heir.startMs, removed.startMs),
            endMs: Math.max(heir.endMs, removed.endMs),
          }
        : range,
    ),
  );
}

/**
 * Changes one range: its label, its start or its end. Neighbours that touch it move along.
 *
 * @returns As it would be, even where that makes no sense; `problemsOf` says so.
 */
export function change(
  ranges: readonly LabelRange[],
  index: number,
  changed: Partial<LabelRange>,
): readonly LabelRange[] {
  const before = ranges[index];
  if (!before) return ranges;
  const after = { ...before, ...changed };
  return ranges.map((range, i) => {
    if (i === index) return after;
    if (i === index - 1 && range.endMs === before.startMs) return { ...range, endMs: after.startMs };
    if (i === index + 1 && range.startMs === before.endMs) return { ...range, startMs: after.endMs };
    return range;
  });
}

/** What Studio would refuse, in words for people; nothing when all is well. */
export function problemsOf(ranges: readonly LabelRange[], lengthMs: number): readonly string[] {
  const problems = ranges.flatMap(({ startMs, endMs, label }, i) => {
    const name = `Range ${i + 1}`;
    return [
      !(Number.isFinite(startMs) && Number.isFinite(endMs)) && `${name} needs a start and an end in seconds.`,
      startMs >= endMs && `${name} has to end after it starts.`,
      label.trim() === "" && `${name} needs a label.`,
      label.length > LONGEST_LABEL && `The label of range ${i + 1} is longer than ${LONGEST_LABEL} characters.`,
    ].filter((problem) => problem !== false);
  });
  if (problems.length > 0) return problems;
  if (ranges.length === 0) return ["Studio wants a label for all of the sample: add a range."];
  const edges = [0, ...ranges.flatMap(({ startMs, endMs }) => [startMs, endMs]), lengthMs];
  for (let i = 0; i < edges.length; i += 2) {
    const [end, start] = [edges[i] as number, edges[i + 1] as number];
    // A sample ends at its last reading, or one reading later, depending on who counts.
    const slackMs = i === 0 || i === edges.length - 2 ? lengthMs * 0.001 + 1 : 1e-3;
    if (start - end > slackMs) problems.push(`Nothing is labelled from ${toSeconds(end)} s to ${toSeconds(start)} s.`);
    if (end - start > slackMs)
      problems.push(`What is labelled ends at ${toSeconds(end)} s, after ${toSeconds(start)} s.`);
  }
  return problems;
}

function merge(ranges: readonly LabelRange[]): readonly LabelRange[] {
  const merged: LabelRange[] = [];
  const inOrder = ranges.filter(({ startMs, endMs }) => startMs < endMs).sort((a, b) => a.startMs - b.startMs);
  for (const range of inOrder) {
    const before = merged.at(-1);
    if (before && before.label === range.label && before.endMs === range.startMs) {
      merged[merged.length - 1] = { ...before, endMs: range.endMs };
    } else {
      merged.push(range);
    }
  }
  return merged;
}

function toSeconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}
