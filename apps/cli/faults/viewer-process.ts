/** The program of one process full of viewers; viewer-pool.ts starts it and talks to it. */
import { seededRandom } from "./run.ts";
import { openViewer, type Viewer, type ViewerSpec } from "./viewer.ts";
import type { ViewerReport } from "./viewer-tally.ts";

export type Order =
  | { readonly type: "open"; readonly spec: ViewerSpec; readonly count: number; readonly stream: number }
  | { readonly type: "look" }
  | { readonly type: "report" }
  | { readonly type: "read"; readonly isReading: boolean; readonly count: number }
  | { readonly type: "forget latencies" }
  /** Closes the oldest viewers. */
  | { readonly type: "close"; readonly count: number };

/** How the viewers of a process stand, all together. */
export interface Look {
  readonly viewers: number;
  readonly live: number;
  readonly over: number;
  /** Of the viewer that is furthest behind. */
  readonly fewestEntries: number;
  readonly mostEntries: number;
  readonly connections: number;
  readonly resets: number;
  /** When something new last came to any of them, ms since 1970. */
  readonly lastEntryMs: number;
}

export type Answer = Look | readonly ViewerReport[] | undefined;

const viewers: Viewer[] = [];

process.on("message", ({ id, order }: { id: number; order: Order }) => process.send?.({ id, answer: obey(order) }));
process.once("disconnect", () => process.exit());

function obey(order: Order): Answer {
  switch (order.type) {
    case "open":
      for (let i = 0; i < order.count; i++) {
        viewers.push(openViewer(order.spec, seededRandom(order.stream * 1_000 + i)));
      }
      return undefined;
    case "look":
      return look(viewers.map((viewer) => viewer.report()));
    case "report":
      return viewers.map((viewer) => viewer.report());
    case "read":
      for (const viewer of viewers.slice(0, order.count)) viewer.setReading(order.isReading);
      return undefined;
    case "forget latencies":
      for (const viewer of viewers) viewer.forgetLatencies();
      return undefined;
    case "close":
      for (const viewer of viewers.splice(0, order.count)) viewer.close();
      return undefined;
    default:
      return order satisfies never;
  }
}

function look(reports: readonly ViewerReport[]): Look {
  const entries = reports.map(({ next }) => next);
  return {
    viewers: reports.length,
    live: reports.filter(({ isLive }) => isLive).length,
    over: reports.filter(({ isOver }) => isOver).length,
    fewestEntries: Math.min(...entries),
    mostEntries: Math.max(...entries),
    connections: reports.reduce((sum, { connections }) => sum + connections, 0),
    resets: reports.reduce((sum, { resets }) => sum + resets.length, 0),
    lastEntryMs: Math.max(...reports.map(({ lastEntryMs }) => lastEntryMs)),
  };
}
