/**
 * A session has thousands of runs, and a snapshot of it comes ten times a second: over a way that copies what crosses,
 * only those runs go that have changed. The page gets whole lists, and the same objects for what is the same.
 */
import type { Run } from "@windowscope/protocol";

import type { PlacedRun, Port, ScopeRequest, ScopeUpdate, Snapshot } from "./scope-port.ts";

/** A list, told by the one before it: of that `from` to before `to` stays, with others before and behind it. */
interface Change<T> {
  readonly head: readonly T[];
  readonly from: number;
  readonly to: number;
  readonly tail: readonly T[];
}

type RunsUpdate = Extract<ScopeUpdate, { type: "runs" }>;

/** What crosses. */
export type Crossing =
  | Exclude<ScopeUpdate, { type: "snapshot" | "runs" }>
  | {
      readonly type: "snapshot change";
      /** Without a change the list is the one before, and not only one like it. */
      readonly snapshot: Omit<Snapshot, "placed"> & { readonly placed: Change<PlacedRun> | undefined };
    }
  | (Omit<RunsUpdate, "type" | "runs"> & { readonly type: "runs change"; readonly runs: Change<Run> });

/** The scope's end. */
export function sendChangedRuns(port: Port<Crossing, ScopeRequest>): Port<ScopeUpdate, ScopeRequest> {
  let placedBefore: readonly PlacedRun[] | undefined;
  let runsBefore: readonly Run[] = [];
  return {
    postMessage(update, transfer = []) {
      if (update.type === "snapshot") {
        const { placed } = update.snapshot;
        const change = placed === placedBefore ? undefined : changeOf(placedBefore ?? [], placed);
        placedBefore = placed;
        port.postMessage({ type: "snapshot change", snapshot: { ...update.snapshot, placed: change } }, transfer);
      } else if (update.type === "runs") {
        const runs = changeOf(runsBefore, update.runs);
        runsBefore = update.runs;
        port.postMessage({ ...update, type: "runs change", runs }, transfer);
      } else {
        port.postMessage(update, transfer);
      }
    },
    get onmessage() {
      return port.onmessage;
    },
    set onmessage(listener) {
      port.onmessage = listener;
    },
  };
}

/** The page's end. */
export function fillInRuns(port: Port<ScopeRequest, Crossing>): Port<ScopeRequest, ScopeUpdate> {
  let placed: readonly PlacedRun[] = [];
  let runs: readonly Run[] = [];
  let listener: Port<ScopeRequest, ScopeUpdate>["onmessage"] = null;
  const receive = ({ data }: { readonly data: Crossing }) => {
    if (data.type === "snapshot change") {
      if (data.snapshot.placed) placed = changed(placed, data.snapshot.placed);
      listener?.({ data: { type: "snapshot", snapshot: { ...data.snapshot, placed } } });
    } else if (data.type === "runs change") {
      runs = changed(runs, data.runs);
      listener?.({ data: { ...data, type: "runs", runs } });
    } else {
      listener?.({ data });
    }
  };
  return {
    postMessage: (request, transfer = []) => port.postMessage(request, transfer),
    get onmessage() {
      return listener;
    },
    set onmessage(next) {
      listener = next;
      // Ports begin to deliver when somebody listens.
      port.onmessage = next && receive;
    },
  };
}

/** Keeps the longest stretch that both lists have: runs come at one end, and go at the other. */
function changeOf<T>(before: readonly T[], after: readonly T[]): Change<T> {
  const indices = new Map(before.map((item, i) => [item, i]));
  let kept = { at: 0, from: 0, count: 0 };
  for (let at = 0; at < after.length;) {
    const from = indices.get(after[at] as T);
    let count = from === undefined ? 0 : 1;
    while (from !== undefined && at + count < after.length && after[at + count] === before[from + count]) count++;
    if (from !== undefined && count > kept.count) kept = { at, from, count };
    at += Math.max(1, count);
  }
  const { at, from, count } = kept;
  return { head: after.slice(0, at), from, to: from + count, tail: after.slice(at + count) };
}

function changed<T>(before: readonly T[], { head, from, to, tail }: Change<T>): readonly T[] {
  return [...head, ...before.slice(from, to), ...tail];
}
