import {
  connectLive,
  FEED,
  isOver,
  type ConnectionState,
  type LiveConnection,
  type LiveOptions,
  type Run,
  type StudioState,
} from "@windowscope/protocol";

import { readProjects, type Project } from "../api.ts";
import { RunList } from "./run-list.svelte.ts";
import { RunView, type NextFrame } from "./run-view.svelte.ts";

/** The feed tells three or four times of each run; so much of it is read at first. */
const FEED_TAIL = 400;

/** Everything the page knows: the connection, how the server stands with Studio, the runs, and the one that is shown. */
export class PageFeed {
  readonly runs = new RunList();
  #connection = $state.raw<ConnectionState>({ name: "connecting", attempt: 0 });
  #studio = $state.raw<{ readonly state: StudioState; readonly message: string }>();
  #storeTrouble = $state<string>();
  #projects = $state.raw<readonly Project[]>([]);
  #isCaughtUp = $state(false);
  #view = $state.raw<RunView>();
  /** Takes the view's place as soon as it has something to show. */
  #nextView = $state.raw<RunView>();
  #follows = $state(true);
  #live: LiveConnection | undefined;
  readonly #openSocket: LiveOptions["openSocket"];
  readonly #url: string;
  readonly #nextFrame: NextFrame;
  readonly #ticket: () => (() => Promise<string>) | undefined;

  /**
   * @param url Address of the live socket.
   * @param nextFrame Calls back before the next frame is drawn.
   * @param ticket Says, when the connection is made, how it gets its tickets; with `undefined` it needs none.
   */
  constructor(
    url: string,
    openSocket: LiveOptions["openSocket"],
    nextFrame: NextFrame,
    ticket: () => (() => Promise<string>) | undefined = () => undefined,
  ) {
    this.#url = url;
    this.#openSocket = openSocket;
    this.#nextFrame = nextFrame;
    this.#ticket = ticket;
  }

  get connection(): ConnectionState {
    return this.#connection;
  }

  /** How the server stands with Studio; absent until it has said so. */
  get studio(): { readonly state: StudioState; readonly message: string } | undefined {
    return this.#studio;
  }

  /** Why the server cannot store what happens, so that nothing new is seen; `undefined` when it can. */
  get storeTrouble(): string | undefined {
    return this.#storeTrouble;
  }

  get project(): Project | undefined {
    return this.#projects.find(({ projectId }) => projectId === this.#view?.run?.projectId) ?? this.#projects[0];
  }

  /** Whether the list of runs is complete by now. */
  get isCaughtUp(): boolean {
    return this.#isCaughtUp;
  }

  /** The run on the screen. */
  get view(): RunView | undefined {
    return this.#view;
  }

  /** The run that is wanted on the screen; what of it is on its way may not be there yet. */
  get wantedId(): string | undefined {
    return (this.#nextView ?? this.#view)?.runId;
  }

  /** Whether the newest run is shown, whichever that is. Who looks at a window is not taken away from it. */
  get follows(): boolean {
    return this.#follows && this.#view?.selected === undefined;
  }

  /** Connects, and stays connected until `signal` aborts. */
  start(signal: AbortSignal): void {
    const ticket = this.#ticket();
    this.#live = connectLive(this.#url, {
      client: "windowscope-viewer",
      openSocket: this.#openSocket,
      signal,
      ...(ticket && { ticket }),
      onState: (state) => (this.#connection = state),
      onStore: (state, message) => (this.#storeTrouble = state === "refusing" ? message : undefined),
      onStudio: (state, message) => {
        this.#studio = { state, message };
        if (state === "connected") void readProjects().then((projects) => (this.#projects = projects));
      },
    });
    void this.#followFeed(this.#live, signal);
  }

  retryNow(): void {
    this.#live?.retryNow();
  }

  /** Shows a run and stays with it. */
  show(runId: string): void {
    this.#follows = false;
    this.#open(runId);
  }

  /** Shows the newest run, and each newer one as it comes; or stays with the run that is shown, if that is done. */
  toggleFollowing(): void {
    if (this.follows) {
      this.#follows = false;
      return;
    }
    this.#follows = true;
    this.letGo();
  }

  /** Lets go of the window that is looked at. */
  letGo(): void {
    this.#view?.select(undefined);
    if (this.follows) this.#openNewest();
  }

  async #followFeed(live: LiveConnection, signal: AbortSignal): Promise<void> {
    try {
      for await (const event of live.subscribe(FEED, { tail: FEED_TAIL })) {
        if (event.type === "reset") this.runs.clear();
        if (event.type === "live") this.#isCaughtUp = true;
        if (event.type === "entries") {
          this.runs.apply(event.entries.flatMap((entry) => (entry.kind === "run" ? [entry.run] : [])));
        }
        if (this.follows) this.#openNewest();
      }
    } catch (error) {
      // The connection is closed for good; its state says so to people.
      if (!signal.aborted && this.#connection.name !== "closed") throw error;
    }
  }

  #openNewest(): void {
    // A run that only waits has nothing to see: the one before it stays until there is.
    const newest = this.runs.all.find(hasSomethingToSee) ?? this.runs.all[0];
    if (newest) this.#open(newest.runId);
  }

  #open(runId: string): void {
    if (this.wantedId === runId || !this.#live) return;
    this.#nextView?.leave();
    this.#nextView = undefined;
    if (this.#view?.runId === runId) return;
    const next = new RunView(runId, this.#nextFrame, () => this.#show(next));
    // Without a connection the old run would stay on the screen for who knows how long.
    if (this.#view && this.#connection.name === "open") this.#nextView = next;
    else this.#show(next);
    void next.follow(this.#live);
  }

  #show(view: RunView): void {
    if (view === this.#view) return;
    this.#view?.leave();
    this.#view = view;
    this.#nextView = undefined;
  }
}

function hasSomethingToSee({ state, result }: Run): boolean {
  return result !== undefined || isOver(state);
}
