/**
 * What the page knows and what people do with it.
 *
 * It mirrors what the scope tells, and adds what only this page has: the stretch of time on the screen, the picked
 * window, filters and switches. Components read it and call its methods, which are named for what happened.
 */
import type { ConnectionState, Recording, Run, StoreState, StudioState, TestRun } from "@windowscope/protocol";

import type {
  LabelPlace,
  Port,
  Questions,
  ScopeRequest,
  ScopeUpdate,
  Snapshot,
  Source,
  Thresholds,
  TimeRange,
  WindowFilter,
  WindowRecord,
  WindowRef,
} from "../scope/scope-port.ts";
import type { Address } from "./address.ts";
import { Announcer } from "./announcer.svelte.ts";
import type { DrawerTab, Motion, Overlay } from "./choices.ts";
import { LogWatchers } from "./log-watchers.ts";
import { Marks } from "./marks.svelte.ts";
import { Panels } from "./panels.svelte.ts";
import { Picking } from "./picking.svelte.ts";
import { OpenQuestions } from "./questions.ts";
import { ServerState } from "./server-state.svelte.ts";
import { TimeView } from "./time-view.svelte.ts";
import { Variants } from "./variants.svelte.ts";

export type { DrawerTab, Motion, Overlay } from "./choices.ts";

/** Where the page's numbers come from. */
export interface Live {
  /** Of the live socket. */
  readonly url: string;
  /** Gets what the connection has to show; absent where nothing has to be shown. */
  readonly ticket: (() => Promise<string>) | undefined;
}

const ALL: WindowFilter = { only: "all" };

export class Page {
  #snapshot = $state.raw<Snapshot>();
  #labels = $state.raw<readonly LabelPlace[]>([]);
  #source = $state.raw<Source>({ kind: "session" });
  #filter = $state.raw<WindowFilter>(ALL);
  #whatIf = $state.raw<Thresholds>();
  #showsLines = $state(false);
  #overlaysAxes = $state(false);
  /** The same recording judged by another variant of the model. */
  readonly variants: Variants;
  readonly #server = new ServerState();
  readonly #panels = new Panels();
  readonly #marks = new Marks();
  readonly #picking = new Picking(this, (window) => this.#view.reveal(window));
  readonly #view: TimeView;
  readonly #announcer: Announcer;
  readonly #questions: OpenQuestions;
  readonly #watchers: LogWatchers;
  readonly #port: Port<ScopeRequest, ScopeUpdate>;
  #ticket: Live["ticket"];

  /** What the verdicts on the screen are made with: `whatIf` over those of the run. */
  readonly thresholds: Thresholds = $derived({ ...this.#snapshot?.result?.thresholds, ...this.#whatIf });
  /** The picked window, or the newest. */
  readonly current: WindowRecord | undefined = $derived(this.#picking.selected ?? this.#snapshot?.newest);

  /**
   * @param nextFrame Calls back before the next frame is drawn. @returns Takes that back.
   * @param now Unix time, ms.
   */
  constructor(
    port: Port<ScopeRequest, ScopeUpdate>,
    nextFrame: (callback: () => void) => () => void,
    now: () => number,
  ) {
    this.#port = port;
    this.#view = new TimeView((view) => this.send({ type: "range", ...view }), nextFrame, now);
    this.#announcer = new Announcer(now);
    this.#questions = new OpenQuestions((request) => this.send(request));
    this.#watchers = new LogWatchers((request) => this.send(request));
    this.variants = new Variants(this);
    port.onmessage = ({ data }) => this.#hear(data);
  }

  // -- from the scope --
  get connection(): ConnectionState {
    return this.#server.connection;
  }
  get studio(): { readonly state: StudioState; readonly message: string } | undefined {
    return this.#server.studio;
  }
  /** Whether the server can store what happens. */
  get store(): { readonly state: StoreState; readonly message: string } | undefined {
    return this.#server.store;
  }
  /** The newest first. */
  get runs(): readonly Run[] {
    return this.#server.runs;
  }
  get testRuns(): readonly TestRun[] {
    return this.#server.testRuns;
  }
  get recordings(): readonly Recording[] {
    return this.#server.recordings;
  }
  get isCaughtUp(): boolean {
    return this.#server.isCaughtUp;
  }
  get snapshot(): Snapshot | undefined {
    return this.#snapshot;
  }
  get labels(): readonly LabelPlace[] {
    return this.#labels;
  }

  // -- view --
  get source(): Source {
    return this.#source;
  }
  get range(): TimeRange {
    return this.#view.range;
  }
  get besideRunId(): string | undefined {
    return this.#source.kind === "run" ? this.#source.besideRunId : undefined;
  }
  /** The run on the screen; of a session, that of the window that is looked at. */
  get run(): Run | undefined {
    const runId = this.#source.kind === "run" ? this.#source.runId : this.current?.runId;
    const placed = this.#snapshot?.placed.find(({ run }) => run.runId === runId)?.run;
    return placed ?? this.runs.find((run) => run.runId === runId);
  }
  get motion(): Motion {
    return this.#view.motion;
  }
  /** Windows that came since `hold`, or since the view was moved away from the newest. */
  get newWindows(): number {
    return this.#view.newWindows;
  }
  get selectedRange(): TimeRange | undefined {
    return this.#view.selectedRange;
  }
  /** What is measured with Shift and a drag. */
  get ruler(): TimeRange | undefined {
    return this.#view.ruler;
  }
  get selected(): WindowRecord | undefined {
    return this.#picking.selected;
  }
  /** Where the search for the picked window went on after it had come to the other end. */
  get wentAround(): "start" | "end" | undefined {
    return this.#picking.wentAround;
  }
  get filter(): WindowFilter {
    return this.#filter;
  }
  get whatIf(): Thresholds | undefined {
    return this.#whatIf;
  }
  get showsLines(): boolean {
    return this.#showsLines;
  }
  get overlaysAxes(): boolean {
    return this.#overlaysAxes;
  }
  get tab(): DrawerTab {
    return this.#panels.tab;
  }
  get isDrawerOpen(): boolean {
    return this.#panels.isDrawerOpen;
  }
  /** Increases each time that the keyboard is wanted in the table. */
  get tableWishes(): number {
    return this.#panels.tableWishes;
  }
  get isRunListOpen(): boolean {
    return this.#panels.isRunListOpen;
  }
  get overlay(): Overlay {
    return this.#panels.overlay;
  }
  /** Files that were dropped on the page, for the upload. */
  get dropped(): readonly File[] {
    return this.#panels.dropped;
  }
  /** Marks that somebody set (key M), ms on the clock. */
  get marks(): readonly number[] {
    return this.#marks.times;
  }
  /** Said to those who hear the page. */
  get announcement(): string {
    return this.#announcer.text;
  }
  get speaksVerdicts(): boolean {
    return this.#announcer.speaksVerdicts;
  }
  /** What a link has to say so that somebody else sees the same. */
  get address(): Address {
    return {
      source: this.#source,
      view: this.#view.address,
      selectedRange: this.#view.addressOf(this.#view.selectedRange),
      window: this.#picking.address,
      filter: this.#filter,
      tab: this.isDrawerOpen ? this.tab : "none",
      showsLines: this.#showsLines,
      overlaysAxes: this.#overlaysAxes,
    };
  }

  /** Connects, and stays connected until `signal` aborts. @param live Absent where the scope is connected already. */
  start(signal: AbortSignal, live?: Live): void {
    this.#ticket = live?.ticket;
    if (live) this.send({ type: "connect", url: live.url, needsTicket: live.ticket !== undefined });
    this.send({ type: "show", source: this.#source });
    this.#view.start(signal);
  }
  /** Shows what an address asks for. */
  restore(address: Address): void {
    if (!isSameSource(address.source, this.#source)) this.#show(address.source);
    this.#view.restore(address.view, address.selectedRange);
    this.setFilter(address.filter);
    this.#showsLines = address.showsLines;
    this.#overlaysAxes = address.overlaysAxes;
    if (address.tab === "none") this.#panels.closeDrawer();
    else this.openTab(address.tab);
    this.#picking.begin(address.window);
  }
  retryNow(): void {
    this.send({ type: "retry" });
  }

  showRun(runId: string): void {
    this.#show({ kind: "run", runId });
  }
  showSession(): void {
    this.#show({ kind: "session" });
  }
  /** Another run of the same sample, or any other run, over this one; `undefined` takes it away. */
  showBeside(runId: string | undefined): void {
    const mainId = this.#source.kind === "run" ? this.#source.runId : this.current?.runId;
    if (mainId === undefined || mainId === runId) return;
    const source: Source = { kind: "run", runId: mainId, ...(runId !== undefined && { besideRunId: runId }) };
    const isSameRun = this.#source.kind === "run";
    const { selected } = this;
    this.#show(source, isSameRun);
    // The window that one compares stays picked.
    if (selected?.runId === mainId) void this.select(selected);
  }

  /** Other windows of the recording that is looked at. @param runId Where the picked window stays picked. */
  showAgain(source: Source, runId: string): void {
    const { selected } = this;
    this.#show(source, source.kind === this.#source.kind);
    // The variants of a model cut a recording into the same windows.
    if (selected) this.#picking.begin({ runId, index: selected.index });
  }

  follow(): void {
    this.#picking.dropPending();
    this.#view.follow();
  }
  /** To the newest of what is shown; from a recording that is over, to the session. */
  goLive(): void {
    if (this.#source.kind === "run" && this.#snapshot?.isLive !== true) this.showSession();
    else this.follow();
  }
  hold(): void {
    this.#view.hold();
  }
  toggleHold(): void {
    if (this.motion === "follow") this.hold();
    else this.follow();
  }
  /** @param factor Above 1 shows less time in more detail. @param atMs Stays where it is; else the picked window or the middle. */
  zoom(factor: number, atMs?: number): void {
    this.#view.zoom(factor, atMs ?? this.#pickedInSight());
  }
  /** @param share Of what is shown, to the right. */
  pan(share: number): void {
    this.#view.pan(share);
  }
  panTo(range: TimeRange): void {
    this.#view.panTo(range);
  }
  showAll(): void {
    this.#view.showAll();
  }
  showSpan(spanMs: number): void {
    this.#view.showSpan(spanMs);
  }
  selectRange(range: TimeRange | undefined): void {
    this.#view.selectRange(range);
  }

  measure(range: TimeRange | undefined): void {
    this.#view.measure(range);
  }

  async select(ref: WindowRef | undefined): Promise<void> {
    await this.#picking.select(ref);
  }
  async selectAt(ms: number): Promise<void> {
    await this.#picking.selectAt(ms);
  }
  async step(by: number): Promise<void> {
    await this.#picking.step(by);
  }
  /** The next one from the picked window; with none picked, the first one in sight, or behind that. */
  async selectNext(kind: "mismatch" | "anomaly", direction: 1 | -1 = 1): Promise<void> {
    await this.#picking.selectNext(kind, direction);
  }
  centreSelection(): void {
    const { current, selectedRange } = this;
    if (this.selected || !selectedRange) {
      if (current) this.#view.centreOn((current.startMs + current.endMs) / 2);
    } else this.#view.panTo(selectedRange);
  }
  /** Esc: closes the overlay, else lets go of the ruler, of the selection, of the range, else clears the filter. */
  letGo(): void {
    if (this.overlay !== "none") this.open("none");
    else if (this.ruler) this.measure(undefined);
    else {
      const { selected } = this;
      void this.select(undefined);
      if (selected) return;
      if (this.selectedRange) this.selectRange(undefined);
      else this.setFilter(ALL);
    }
  }
  /** Sets a mark at the picked window or the newest data, or takes it away. */
  mark(): void {
    const ms = this.current?.endMs;
    if (ms === undefined) return;
    this.announce(this.#marks.toggle(ms));
  }
  setFilter(filter: WindowFilter): void {
    if (isSameFilter(filter, this.#filter)) return;
    this.#filter = filter;
    this.send({ type: "filter", filter: { ...filter } });
  }
  setWhatIf(thresholds: Thresholds | undefined): void {
    this.#whatIf = thresholds;
    this.send({ type: "whatIf", thresholds: thresholds && { ...thresholds } });
  }
  toggleLines(): void {
    this.#showsLines = !this.#showsLines;
  }
  toggleOverlaidAxes(): void {
    this.#overlaysAxes = !this.#overlaysAxes;
  }
  openTab(tab: DrawerTab): void {
    this.#panels.openTab(tab);
  }
  toggleDrawer(): void {
    this.#panels.toggleDrawer();
  }
  /** Opens the table of windows and gives it the keyboard; closes the drawer where that is the table already. */
  toggleTable(): void {
    this.#panels.toggleTable();
  }
  toggleRunList(): void {
    this.#panels.toggleRunList();
  }
  toggleSpeaking(): void {
    this.#announcer.toggleVerdicts();
  }
  announce(text: string): void {
    this.#announcer.say(text);
  }
  open(overlay: Overlay): void {
    this.#panels.open(overlay);
  }
  /** Files were dropped on the page. */
  drop(files: readonly File[]): void {
    this.#panels.drop(files);
  }

  ask<K extends keyof Questions>(question: K, ask: Questions[K]["ask"]): Promise<Questions[K]["answer"]> {
    return this.#questions.ask(question, ask);
  }
  /** Follows a `test-...` or `recording-...` log while the page is open. @returns Stops it. */
  watch(log: string, apply: (update: Extract<ScopeUpdate, { type: "watched" }>) => void): () => void {
    return this.#watchers.watch(log, apply);
  }
  /** For the components that draw. */
  send(request: ScopeRequest, transfer?: Transferable[]): void {
    this.#port.postMessage(request, transfer);
  }

  #hear(update: ScopeUpdate): void {
    switch (update.type) {
      case "connection":
      case "studio":
      case "store":
      case "runs":
        this.#server.hear(update);
        break;
      case "wantsTicket":
        void this.#sendTicket(update.id);
        break;
      case "snapshot":
        this.#takeSnapshot(update.snapshot);
        break;
      case "labels":
        this.#labels = update.places;
        break;
      case "watched":
        this.#watchers.hear(update);
        break;
      case "answer":
      case "refusal":
        this.#questions.settle(update);
        break;
      default:
        update satisfies never;
    }
  }

  async #sendTicket(id: number): Promise<void> {
    // Why there is none is said by who asks for it; the scope tries again.
    const ticket = await this.#ticket?.().catch(() => undefined);
    this.send({ type: "ticket", id, ticket });
  }

  #takeSnapshot(snapshot: Snapshot): void {
    // One more of what was shown before may be on its way.
    if (!isSameSource(snapshot.source, this.#source)) return;
    const before = this.#snapshot;
    this.#snapshot = snapshot;
    const setByMs = this.#view.take(snapshot);
    if (setByMs !== 0) this.#marks.move(setByMs);
    if (snapshot.newest && this.motion === "follow") this.#announcer.hearVerdict(snapshot.newest.verdict);
    if (snapshot.version === before?.version) return;
    void this.#picking.renew();
  }

  #show(source: Source, keepsView = false): void {
    if (isSameSource(source, this.#source)) return;
    this.#source = source;
    this.#snapshot = undefined;
    this.#labels = [];
    this.#picking.begin(undefined);
    if (!keepsView) {
      this.#marks.clear();
      this.#view.begin();
    }
    this.send({ type: "show", source });
  }

  #pickedInSight(): number | undefined {
    if (!this.selected) return undefined;
    const middleMs = (this.selected.startMs + this.selected.endMs) / 2;
    return middleMs >= this.range.startMs && middleMs <= this.range.endMs ? middleMs : undefined;
  }
}

function isSameSource(a: Source, b: Source): boolean {
  if (a.kind === "session" || b.kind === "session") return a.kind === b.kind;
  return a.runId === b.runId && a.besideRunId === b.besideRunId;
}

function isSameFilter(a: WindowFilter, b: WindowFilter): boolean {
  return a.only === b.only && a.expected === b.expected && a.verdict === b.verdict;
}
