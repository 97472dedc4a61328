/**
 * What the page knows and what people do with it.
 *
 * It mirrors what the scope tells, and adds what only this page has: the stretch of time on the screen, the picked
 * window, filters and switches. Components read it and call its methods, which are named for what happened.
 */
import type { ConnectionState, Recording, Run, StoreState, StudioState, TestRun } from "@windowscope/protocol";

import { sayWindow } from "../format.ts";
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
import { OpenQuestions } from "./questions.ts";
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
/** More marks than anybody sets by hand. */
const MOST_MARKS = 100;

export class Page {
  #connection = $state.raw<ConnectionState>({ name: "connecting", attempt: 0 });
  #studio = $state.raw<{ readonly state: StudioState; readonly message: string }>();
  #store = $state.raw<{ readonly state: StoreState; readonly message: string }>();
  #lists = $state.raw<Pick<Extract<ScopeUpdate, { type: "runs" }>, "runs" | "testRuns" | "recordings" | "isCaughtUp">>({
    runs: [],
    testRuns: [],
    recordings: [],
    isCaughtUp: false,
  });
  #snapshot = $state.raw<Snapshot>();
  #labels = $state.raw<readonly LabelPlace[]>([]);
  #source = $state.raw<Source>({ kind: "session" });
  #selected = $state.raw<WindowRecord>();
  #filter = $state.raw<WindowFilter>(ALL);
  #whatIf = $state.raw<Thresholds>();
  #showsLines = $state(false);
  #overlaysAxes = $state(false);
  #tab = $state<DrawerTab>("windows");
  #isDrawerOpen = $state(true);
  #isRunListOpen = $state(false);
  #overlay = $state<Overlay>("none");
  #dropped = $state.raw<readonly File[]>([]);
  #marks = $state.raw<readonly number[]>([]);
  /** Increases when somebody wants the keyboard in the table. */
  #tableWishes = $state(0);
  /** The same recording judged by another variant of the model. */
  readonly variants: Variants;
  readonly #view: TimeView;
  readonly #announcer: Announcer;
  readonly #questions: OpenQuestions;
  readonly #watchers: LogWatchers;
  readonly #port: Port<ScopeRequest, ScopeUpdate>;
  /** A window that the address asks for; it may come later than the page. */
  #wanted: WindowRef | undefined;
  /** One after another, so that fast keys do not overtake each other. */
  #picking: Promise<void> = Promise.resolve();
  #ticket: Live["ticket"];

  /** What the verdicts on the screen are made with: `whatIf` over those of the run. */
  readonly thresholds: Thresholds = $derived({ ...this.#snapshot?.result?.thresholds, ...this.#whatIf });
  /** The picked window, or the newest. */
  readonly current: WindowRecord | undefined = $derived(this.#selected ?? this.#snapshot?.newest);

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
    this.#view = new TimeView((range) => this.send({ type: "range", range }), nextFrame, now);
    this.#announcer = new Announcer(now);
    this.#questions = new OpenQuestions((request) => this.send(request));
    this.#watchers = new LogWatchers((request) => this.send(request));
    this.variants = new Variants(this);
    port.onmessage = ({ data }) => this.#hear(data);
  }

  // -- from the scope --
  get connection(): ConnectionState {
    return this.#connection;
  }
  get studio(): { readonly state: StudioState; readonly message: string } | undefined {
    return this.#studio;
  }
  /** Whether the server can store what happens. */
  get store(): { readonly state: StoreState; readonly message: string } | undefined {
    return this.#store;
  }
  /** The newest first. */
  get runs(): readonly Run[] {
    return this.#lists.runs;
  }
  get testRuns(): readonly TestRun[] {
    return this.#lists.testRuns;
  }
  get recordings(): readonly Recording[] {
    return this.#lists.recordings;
  }
  get isCaughtUp(): boolean {
    return this.#lists.isCaughtUp;
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
  get selected(): WindowRecord | undefined {
    return this.#selected;
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
    return this.#tab;
  }
  get isDrawerOpen(): boolean {
    return this.#isDrawerOpen;
  }
  /** Increases each time that the keyboard is wanted in the table. */
  get tableWishes(): number {
    return this.#tableWishes;
  }
  get isRunListOpen(): boolean {
    return this.#isRunListOpen;
  }
  get overlay(): Overlay {
    return this.#overlay;
  }
  /** Files that were dropped on the page, for the upload. */
  get dropped(): readonly File[] {
    return this.#dropped;
  }
  /** Marks that somebody set (key M), ms on the clock. */
  get marks(): readonly number[] {
    return this.#marks;
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
      window: this.#selected ?? this.#wanted,
      filter: this.#filter,
      tab: this.#isDrawerOpen ? this.#tab : "none",
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
    this.#isDrawerOpen = address.tab !== "none";
    if (address.tab !== "none") this.#tab = address.tab;
    this.#selected = undefined;
    this.#wanted = address.window;
    void this.#findWanted();
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

  follow(): void {
    this.#view.follow();
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

  async select(ref: WindowRef | undefined): Promise<void> {
    this.#wanted = undefined;
    if (ref === undefined) {
      this.#selected = undefined;
      return;
    }
    await this.#pick(() => this.ask("window", { runId: ref.runId, index: ref.index }));
  }
  async selectAt(ms: number): Promise<void> {
    await this.#pick(() => this.ask("windowAt", { ms }));
  }
  async step(by: number): Promise<void> {
    await this.#pick(() => this.ask("step", { from: this.#selectedRef(), by }));
  }
  /** The next one from the picked window; with none picked, the first one in sight, or behind that. */
  async selectNext(kind: "mismatch" | "anomaly", direction: 1 | -1 = 1): Promise<void> {
    await this.#pick(async () => {
      const found = await this.#findNext(kind, direction);
      if (!found) this.#announcer.say(kind === "mismatch" ? "There is no mismatch." : "There is no anomaly.");
      return found;
    });
  }
  centreSelection(): void {
    const { current, selectedRange } = this;
    if (this.#selected || !selectedRange) {
      if (current) this.#view.centreOn((current.startMs + current.endMs) / 2);
    } else this.#view.panTo(selectedRange);
  }
  /** Esc: closes the overlay, else lets go of the selection, else of the range, else clears the filter. */
  letGo(): void {
    if (this.#overlay !== "none") this.open("none");
    else if (this.#selected) void this.select(undefined);
    else if (this.selectedRange) this.selectRange(undefined);
    else this.setFilter(ALL);
  }
  /** Sets a mark at the picked window or the newest data, or takes it away. */
  mark(): void {
    const ms = this.current?.endMs;
    if (ms === undefined) return;
    const others = this.#marks.filter((mark) => mark !== ms);
    const isNew = others.length === this.#marks.length;
    this.#marks = isNew ? [...others, ms].sort((a, b) => a - b).slice(-MOST_MARKS) : others;
    this.#announcer.say(isNew ? "Marked." : "Mark removed.");
  }
  setFilter(filter: WindowFilter): void {
    if (isSameFilter(filter, this.#filter)) return;
    this.#filter = filter;
    this.send({ type: "filter", filter: $state.snapshot(filter) });
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
    this.#tab = tab;
    this.#isDrawerOpen = true;
  }
  toggleDrawer(): void {
    this.#isDrawerOpen = !this.#isDrawerOpen;
  }
  /** Opens the table of windows and gives it the keyboard; closes the drawer where that is the table already. */
  toggleTable(): void {
    if (this.#isDrawerOpen && this.#tab === "windows" && this.#tableWishes > 0) {
      this.#isDrawerOpen = false;
      this.#tableWishes = 0;
      return;
    }
    this.openTab("windows");
    this.#tableWishes++;
  }
  toggleRunList(): void {
    this.#isRunListOpen = !this.#isRunListOpen;
  }
  toggleSpeaking(): void {
    this.#announcer.toggleVerdicts();
  }
  announce(text: string): void {
    this.#announcer.say(text);
  }
  open(overlay: Overlay): void {
    this.#overlay = overlay;
    if (overlay !== "upload") this.#dropped = [];
  }
  /** Files were dropped on the page. */
  drop(files: readonly File[]): void {
    if (files.length === 0) return;
    this.#dropped = files;
    this.open("upload");
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
        this.#connection = update.state;
        break;
      case "studio":
        this.#studio = { state: update.state, message: update.message };
        break;
      case "store":
        this.#store = { state: update.state, message: update.message };
        break;
      case "wantsTicket":
        void this.#sendTicket(update.id);
        break;
      case "runs":
        this.#lists = update;
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
    this.#view.take(snapshot);
    if (snapshot.newest && this.motion === "follow") this.#announcer.hearVerdict(snapshot.newest.verdict);
    if (snapshot.version === before?.version) return;
    void this.#findWanted();
    void this.#renewSelected();
  }

  #show(source: Source, keepsView = false): void {
    if (isSameSource(source, this.#source)) return;
    this.#source = source;
    this.#snapshot = undefined;
    this.#labels = [];
    this.#selected = undefined;
    this.#wanted = undefined;
    this.#marks = keepsView ? this.#marks : [];
    if (!keepsView) this.#view.begin();
    this.send({ type: "show", source });
  }

  async #findWanted(): Promise<void> {
    const wanted = this.#wanted;
    if (!wanted || !this.#snapshot) return;
    const found = await this.ask("window", wanted).catch(() => undefined);
    if (!found || this.#wanted !== wanted) return;
    this.#wanted = undefined;
    this.#selected = found;
  }

  /** Its verdict may be another one by now. */
  async #renewSelected(): Promise<void> {
    const selected = this.#selected;
    if (!selected) return;
    const found = await this.ask("window", { runId: selected.runId, index: selected.index }).catch(() => undefined);
    if (found && this.#selected === selected) this.#selected = found;
  }

  async #pick(find: () => Promise<WindowRecord | undefined>): Promise<void> {
    const source = this.#source;
    const picked = this.#picking.then(async () => {
      try {
        const found = await find();
        if (!found || source !== this.#source) return;
        this.#selected = found;
        this.#view.reveal(found);
        this.#announcer.say(sayWindow(found));
      } catch (error) {
        this.#announcer.say(error instanceof Error ? error.message : String(error));
      }
    });
    this.#picking = picked;
    await picked;
  }

  async #findNext(kind: "mismatch" | "anomaly", direction: 1 | -1): Promise<WindowRecord | undefined> {
    const picked = this.#selectedRef();
    if (picked) return this.ask("next", { from: picked, kind, direction });
    const { startMs, endMs } = this.range;
    const edge = await this.ask("windowAt", { ms: direction === 1 ? startMs : endMs });
    if (!edge) return undefined;
    const isWanted = kind === "mismatch" ? edge.isMismatch : edge.verdict === "anomaly";
    if (isWanted && edge.endMs > startMs && edge.startMs < endMs) return edge;
    return this.ask("next", { from: { runId: edge.runId, index: edge.index }, kind, direction });
  }

  #selectedRef(): WindowRef | undefined {
    return this.#selected && { runId: this.#selected.runId, index: this.#selected.index };
  }

  #pickedInSight(): number | undefined {
    if (!this.#selected) return undefined;
    const middleMs = (this.#selected.startMs + this.#selected.endMs) / 2;
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
