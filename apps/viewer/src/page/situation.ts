/**
 * What there is to say where the timeline would be, or above it.
 *
 * Pure: everything that it depends on is handed in, so that each state of the page can be tested by itself.
 */
import type { Run } from "@windowscope/protocol";

import type { Snapshot } from "../scope/scope-port.ts";
import type { Page } from "./page.svelte.ts";

/** What of the page it depends on. */
export type Seen = Pick<Page, "connection" | "studio" | "store" | "runs" | "isCaughtUp" | "snapshot" | "source">;

export interface Notice {
  readonly title: string;
  readonly detail: string;
  readonly isError?: boolean;
  /** There is nothing yet, and these would change that: record, drop a file. */
  readonly offersStart?: boolean;
}

/** What stands in place of the timeline; `undefined` when there is something to draw. */
export function noticeOf({ connection, studio, runs, isCaughtUp, snapshot, source }: Seen): Notice | undefined {
  if (canBeDrawn(snapshot)) return undefined;
  if (connection.name === "closed") {
    return {
      title: "The server closed the connection.",
      detail: `${endSentence(connection.reason)} Reload the page to try again.`,
      isError: true,
    };
  }
  if (snapshot?.failure !== undefined) {
    return { title: "This run cannot be shown.", detail: snapshot.failure, isError: true };
  }
  if (studio?.state === "refused") {
    return {
      title: "Studio does not let the server in.",
      detail: `${endSentence(studio.message)} Check EI_API_KEY and restart the server.`,
      isError: true,
    };
  }
  if (source.kind === "run") {
    const run = snapshot?.placed[0]?.run ?? runs.find(({ runId }) => runId === source.runId);
    switch (run?.state) {
      case "failed":
        return { title: `${run.sampleName} could not be classified.`, detail: run.error ?? "", isError: true };
      case "cancelled":
        return { title: "This run was cancelled.", detail: "It has no windows." };
      case "waiting":
        return { title: "Waiting for Studio…", detail: run.warning ?? `${run.sampleName} is next.` };
      case "classifying":
        return { title: "Studio is classifying…", detail: `${run.sampleName} went into a job; its windows follow.` };
      case "finished":
        if (snapshot) return { title: `${run.sampleName} has no windows.`, detail: run.warning ?? "" };
        return { title: "Loading…", detail: `${run.sampleName} is on its way.` };
      case "streaming":
        return { title: "Loading…", detail: `${run.sampleName} is on its way.` };
      case undefined:
        break;
    }
    return { title: "Loading…", detail: isCaughtUp ? "The run is on its way." : "The list of runs is on its way." };
  }
  if (!isCaughtUp) return { title: "Connecting…", detail: "The list of runs is on its way." };
  const newest = runs[0];
  if (newest?.state === "failed") {
    return {
      title: `${newest.sampleName} could not be classified.`,
      detail: newest.error ?? "",
      isError: true,
      offersStart: true,
    };
  }
  if (newest?.warning !== undefined) return { title: "No windows yet.", detail: newest.warning, offersStart: true };
  if (newest && newest.state !== "finished" && newest.state !== "cancelled") {
    return { title: "No windows yet.", detail: `${newest.sampleName} is being classified; its windows follow.` };
  }
  if (studio?.state === "unreachable") {
    return { title: "No windows yet.", detail: "The server gets no recordings from Studio; it keeps trying." };
  }
  return {
    title: "No windows yet.",
    detail: "As soon as a recording lands in the project, its windows appear here by themselves.",
    offersStart: true,
  };
}

/** What is wrong on the way to the data, for the strip under the bar. */
export interface Trouble {
  readonly text: string;
  /** When the next attempt comes, Unix time; while it waits for one. */
  readonly nextTryMs?: number;
  readonly canRetry: boolean;
}

export function troubleOf(
  { connection, studio, store }: Pick<Seen, "connection" | "studio" | "store">,
  nowMs: number,
): Trouble | undefined {
  if (connection.name === "waiting") {
    const inS = Math.max(0, Math.ceil((connection.retryAtMs - nowMs) / 1_000));
    return {
      text: `Reconnecting, try ${connection.attempt}, next in ${inS} s: ${withoutStop(connection.reason)}.`,
      nextTryMs: connection.retryAtMs,
      canRetry: true,
    };
  }
  if (connection.name === "connecting" && connection.reason !== undefined) {
    return {
      text: `Reconnecting, try ${connection.attempt}, now: ${withoutStop(connection.reason)}.`,
      canRetry: false,
    };
  }
  if (connection.name === "closed") {
    return {
      text: `The server closed the connection: ${withoutStop(connection.reason)}. Reload the page.`,
      canRetry: false,
    };
  }
  if (store?.state === "refusing") {
    return {
      text: `${withoutStop(store.message)}. What is shown stands still until they can; nothing of it is lost.`,
      canRetry: false,
    };
  }
  if (studio?.state === "unreachable")
    return { text: `${withoutStop(studio.message)}. Trying again…`, canRetry: false };
  if (studio?.state === "refused") {
    return { text: `${withoutStop(studio.message)}. Check EI_API_KEY and restart the server.`, canRetry: false };
  }
  return undefined;
}

/** New windows come as soon as there are any: nothing on the way to them is known to be wrong. */
export function isReceiving({ connection, studio, store }: Pick<Seen, "connection" | "studio" | "store">): boolean {
  return connection.name === "open" && studio?.state === "connected" && store?.state !== "refusing";
}

/** What is odd about what is shown; the rest of it is shown all the same. */
export function warningsOf({ snapshot, source, runs }: Pick<Seen, "snapshot" | "source" | "runs">): readonly string[] {
  if (!snapshot) return [];
  // Where nothing is drawn, the notice in its place says it.
  if (source.kind === "session") return canBeDrawn(snapshot) ? newestTrouble(runs[0]) : [];
  const { run } = snapshot.placed[0] ?? {};
  const ended =
    run?.state === "failed"
      ? `This run failed before it was complete: ${run.error ?? "no reason is known"}`
      : run?.state === "cancelled"
        ? `Cancelled after ${snapshot.tally.windows} of ${run.result?.windows ?? "unknown"} windows.`
        : undefined;
  return [
    snapshot.failure !== undefined && `The rest of this run cannot be shown: ${snapshot.failure}`,
    ended,
    run?.warning,
  ].filter((text): text is string => typeof text === "string");
}

function canBeDrawn(snapshot: Snapshot | undefined): boolean {
  return (snapshot?.tally.windows ?? 0) > 0 || (snapshot?.result !== undefined && snapshot.placed.length > 0);
}

/** Who waits for a recording has to hear why it brings nothing. */
function newestTrouble(newest: Run | undefined): readonly string[] {
  if (newest?.state === "failed")
    return [`${newest.sampleName} could not be classified: ${newest.error ?? "no reason is known"}`];
  return newest?.warning === undefined ? [] : [`${newest.sampleName}: ${newest.warning}`];
}

/** How the newest data stand. */
export type Freshness =
  /** A file, or nothing is expected right now; so long ago was the last. */
  | { readonly kind: "idle"; readonly agoMs: number | undefined }
  /** The signal is there, the first window is not full yet: so much of it. */
  | { readonly kind: "filling"; readonly filledMs: number; readonly windowMs: number }
  | { readonly kind: "live" }
  /** Something should have come, for so long. */
  | { readonly kind: "stale"; readonly forMs: number };

/** Results come several at once; intervals shorter than this are no sign of anything. */
const LEAST_INTERVAL_MS = 500;
const MISSED_INTERVALS = 3;

export function freshnessOf(snapshot: Snapshot | undefined, isConnected: boolean, nowMs: number): Freshness {
  const agoMs = snapshot?.heardAtMs === undefined ? undefined : Math.max(0, nowMs - snapshot.heardAtMs);
  const streaming = snapshot?.placed.findLast(({ run }) => run.state === "streaming");
  if (!snapshot?.isLive || !streaming?.run.result) return { kind: "idle", agoMs: ageOf(snapshot, nowMs) ?? agoMs };
  const { windowSizeMs, windowIncreaseMs } = streaming.run.result;
  const filledMs = Math.min(snapshot.streamedMs ?? 0, windowSizeMs);
  // Of a session that has windows the newest one is worth more than how full the next one is.
  if (snapshot.tally.windows === 0 && streaming.run.windows === 0 && filledMs < windowSizeMs)
    return { kind: "filling", filledMs, windowMs: windowSizeMs };
  const patienceMs = MISSED_INTERVALS * Math.max(LEAST_INTERVAL_MS, windowIncreaseMs);
  if (isConnected && agoMs !== undefined && agoMs > patienceMs) return { kind: "stale", forMs: agoMs };
  return { kind: "live" };
}

/** How long ago the newest windows were stored: a page that was just opened has heard of old ones only now. */
function ageOf(snapshot: Snapshot | undefined, nowMs: number): number | undefined {
  const endedAt = snapshot?.placed.findLast(({ run }) => run.windows > 0)?.run.endedAt;
  return endedAt === undefined ? undefined : Math.max(0, nowMs - Date.parse(endedAt));
}

/** Above this one sees results too late to act on them. */
const MOST_LAG_MS = 500;
/** A network's own way takes as long. */
const LEAST_LAG_LIMIT_MS = 150;

export function isLagging({ lagMs, result }: Pick<Snapshot, "lagMs" | "result">): boolean {
  const hopsMs = MISSED_INTERVALS * (result?.windowIncreaseMs ?? MOST_LAG_MS);
  return lagMs !== undefined && lagMs > Math.min(MOST_LAG_MS, Math.max(LEAST_LAG_LIMIT_MS, hopsMs));
}

/** Some of Studio's sentences end with a full stop, some do not. */
function withoutStop(sentence: string): string {
  return sentence.replace(/[.\s]+$/, "");
}

function endSentence(sentence: string): string {
  return `${withoutStop(sentence)}.`;
}
