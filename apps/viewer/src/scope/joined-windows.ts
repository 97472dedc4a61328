import type { Entry, WindowsEntry } from "@windowscope/protocol";

/**
 * The entries of one message, in which windows that follow each other are one entry.
 *
 * The server writes few windows at once, so that the first are soon seen; who reads a long run from its beginning gets a
 * thousand such entries a second, and each has a price of its own in every column and pyramid.
 */
export function joinWindows(entries: readonly Entry[]): Entry[] {
  const joined: Entry[] = [];
  for (let i = 0; i < entries.length;) {
    const group = [entries[i] as Entry];
    for (i++; i < entries.length && follows(entries[i] as Entry, group.at(-1) as Entry); i++)
      group.push(entries[i] as Entry);
    joined.push(group.length === 1 ? (group[0] as Entry) : join(group as WindowsEntry[]));
  }
  return joined;
}

function follows(entry: Entry, before: Entry): boolean {
  return (
    entry.kind === "windows" &&
    before.kind === "windows" &&
    entry.first === before.first + before.count &&
    entry.classCount === before.classCount &&
    // Of one precision, so that nothing is rounded.
    entry.scores.constructor === before.scores.constructor
  );
}

function join(group: readonly WindowsEntry[]): WindowsEntry {
  const [first] = group as readonly [WindowsEntry];
  const count = group.reduce((sum, entry) => sum + entry.count, 0);
  const Numbers = first.scores instanceof Float64Array ? Float64Array : Float32Array;
  const joined = {
    ...first,
    count,
    startMs: new Float64Array(count),
    endMs: new Float64Array(count),
    scores: new Numbers(count * first.classCount),
    anomaly: new Numbers(count),
    verdicts: new Uint8Array(count),
  };
  for (const entry of group) {
    const at = entry.first - first.first;
    joined.startMs.set(entry.startMs, at);
    joined.endMs.set(entry.endMs, at);
    joined.scores.set(entry.scores, at * first.classCount);
    joined.anomaly.set(entry.anomaly, at);
    joined.verdicts.set(entry.verdicts, at);
  }
  return joined;
}
