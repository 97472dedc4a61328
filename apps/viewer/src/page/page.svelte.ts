/**
 * What the page knows and what people do with it.
 *
 * It mirrors what the scope tells, and adds what only this page has: the stretch of time on the screen, the picked
 * window, filters and switches. Components read it and call its methods, which are named for what happened.
 */
import type { ConnectionState, Recording, Run, StudioState, TestRun } from "@windowscope/protocol";

import type { LabelPlace, Port, Questions, ScopeRequest, ScopeUpdate, Snapshot, Source, Thresholds, TimeRange, WindowFilter, WindowRecord, WindowRef } from "../scope/scope-port.ts";

/** How the timeline moves: with the clock, held still while data goes on, or wherever somebody has moved it. */
export type Motion = "follow" | "hold" | "free";

export type DrawerTab = "windows" | "summary" | "confusion" | "labels" | "log";

/** What lies over the page. */
export type Overlay = "none" | "keys" | "commands" | "export" | "record" | "test-set" | "upload";

export declare class Page {
  constructor(port: Port<ScopeRequest, ScopeUpdate>, nextFrame: (callback: () => void) => () => void, now: () => number);

  // -- from the scope --
  readonly connection: ConnectionState;
  readonly studio: { readonly state: StudioState; readonly message: string } | undefined;
  readonly runs: readonly Run[];
  readonly testRuns: readonly TestRun[];
  readonly recordings: readonly Recording[];
  readonly isCaughtUp: boolean;
  readonly snapshot: Snapshot | undefined;
  readonly labels: readonly LabelPlace[];

  // -- view --
  readonly source: Source;
  readonly range: TimeRange;
  readonly motion: Motion;
  /** Windows that came since `hold`, or since the view was moved away from the newest. */
  readonly newWindows: number;
  readonly selectedRange: TimeRange | undefined;
  readonly selected: WindowRecord | undefined;
  /** The picked window, or the newest. */
  readonly current: WindowRecord | undefined;
  readonly filter: WindowFilter;
  readonly whatIf: Thresholds | undefined;
  /** What the verdicts on the screen are made with: `whatIf` over those of the run. */
  readonly thresholds: Thresholds;
  readonly showsLines: boolean;
  readonly overlaysAxes: boolean;
  readonly tab: DrawerTab;
  readonly isDrawerOpen: boolean;
  readonly overlay: Overlay;
  /** Marks that somebody set (key M), ms on the clock. */
  readonly marks: readonly number[];
  /** Said to those who hear the page. */
  readonly announcement: string;

  start(signal: AbortSignal): void;
  retryNow(): void;
  showRun(runId: string): void;
  showSession(): void;
  /** Another run of the same sample, or any other run, over this one; `undefined` takes it away. */
  showBeside(runId: string | undefined): void;
  follow(): void;
  hold(): void;
  toggleHold(): void;
  zoom(factor: number, atMs?: number): void;
  pan(share: number): void;
  panTo(range: TimeRange): void;
  showAll(): void;
  showSpan(spanMs: number): void;
  selectRange(range: TimeRange | undefined): void;
  select(ref: WindowRef | undefined): Promise<void>;
  selectAt(ms: number): Promise<void>;
  step(by: number): Promise<void>;
  selectNext(kind: "mismatch" | "anomaly", direction?: 1 | -1): Promise<void>;
  centreSelection(): void;
  /** Esc: closes the overlay, else lets go of the selection, else of the range, else clears the filter. */
  letGo(): void;
  mark(): void;
  setFilter(filter: WindowFilter): void;
  setWhatIf(thresholds: Thresholds | undefined): void;
  toggleLines(): void;
  toggleOverlaidAxes(): void;
  openTab(tab: DrawerTab): void;
  toggleDrawer(): void;
  open(overlay: Overlay): void;
  ask<K extends keyof Questions>(question: K, ask: Questions[K]["ask"]): Promise<Questions[K]["answer"]>;
  /** Follows a `test-...` or `recording-...` log while the page is open. @returns Stops it. */
  watch(log: string, apply: (update: Extract<ScopeUpdate, { type: "watched" }>) => void): () => void;
  /** For the components that draw. */
  send(request: ScopeRequest, transfer?: Transferable[]): void;
}
