import type { ConnectionState, Recording, Run, StoreState, StudioState, TestRun } from "@windowscope/protocol";

import type { ScopeUpdate } from "../scope/scope-port.ts";

type Lists = Pick<Extract<ScopeUpdate, { type: "runs" }>, "runs" | "testRuns" | "recordings" | "isCaughtUp">;

/** What holds whatever is on the screen: the connection, Studio, the store, and the lists of the feed. */
export class ServerState {
  #connection = $state.raw<ConnectionState>({ name: "connecting", attempt: 0 });
  #studio = $state.raw<{ readonly state: StudioState; readonly message: string }>();
  #store = $state.raw<{ readonly state: StoreState; readonly message: string }>();
  #lists = $state.raw<Lists>({ runs: [], testRuns: [], recordings: [], isCaughtUp: false });

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

  hear(update: Extract<ScopeUpdate, { type: "connection" | "studio" | "store" | "runs" }>): void {
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
      case "runs":
        this.#lists = update;
        break;
      default:
        update satisfies never;
    }
  }
}
