/**
 * A session has thousands of runs, and a snapshot of it comes ten times a second: over a way that copies what crosses,
 * the list of runs goes only when it has changed, and the page gets the list that it has.
 */
import type { Port, ScopeRequest, ScopeUpdate, Snapshot } from "./scope-port.ts";

/** A snapshot whose runs are those of the one before it. */
interface Repetition {
  readonly type: "snapshot again";
  readonly snapshot: Omit<Snapshot, "placed"> & { readonly placed: undefined };
}

/** What crosses. */
export type Crossing = ScopeUpdate | Repetition;

/** The scope's end. */
export function leaveOutRepeatedRuns(port: Port<Crossing, ScopeRequest>): Port<ScopeUpdate, ScopeRequest> {
  let before: Snapshot["placed"] | undefined;
  return {
    postMessage(update, transfer = []) {
      if (update.type === "snapshot" && update.snapshot.placed === before) {
        port.postMessage({ type: "snapshot again", snapshot: { ...update.snapshot, placed: undefined } }, transfer);
        return;
      }
      if (update.type === "snapshot") before = update.snapshot.placed;
      port.postMessage(update, transfer);
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
export function fillInRepeatedRuns(port: Port<ScopeRequest, Crossing>): Port<ScopeRequest, ScopeUpdate> {
  let placed: Snapshot["placed"] = [];
  let listener: Port<ScopeRequest, ScopeUpdate>["onmessage"] = null;
  const receive = ({ data }: { readonly data: Crossing }) => {
    if (data.type === "snapshot again") {
      listener?.({ data: { type: "snapshot", snapshot: { ...data.snapshot, placed } } });
      return;
    }
    if (data.type === "snapshot") placed = data.snapshot.placed;
    listener?.({ data });
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
