import { connectLive, type LiveConnection, type LiveOptions } from "@windowscope/protocol";

import type { Port, ScopeRequest, ScopeUpdate } from "./scope-port.ts";

const BETWEEN_PINGS_MS = 5_000;

/** Over all connections: an answer that comes late must not be taken for that of another one. */
let lastTicket = 0;

/** What a connection needs from where it runs. */
export interface LinkOptions {
  readonly url: string;
  readonly needsTicket: boolean;
  readonly openSocket: LiveOptions["openSocket"];
  readonly port: Port<ScopeUpdate, ScopeRequest>;
  readonly signal: AbortSignal;
  /** The way to the server was measured anew, or there is none. */
  readonly onLag: (lagMs: number | undefined) => void;
}

/** The connection to the server: asks the page for tickets, tells it how things stand, and measures how late it is. */
export class LiveLink {
  readonly live: LiveConnection;
  readonly #options: LinkOptions;
  readonly #tickets = new Map<number, (ticket: string | undefined) => void>();
  #pingTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LinkOptions) {
    const { url, needsTicket, openSocket, port, signal } = options;
    this.#options = options;
    signal.addEventListener("abort", () => clearTimeout(this.#pingTimer), { once: true });
    this.live = connectLive(url, {
      client: "windowscope-viewer",
      signal,
      ...(openSocket && { openSocket }),
      ...(needsTicket && { ticket: () => this.#askForTicket() }),
      onState: (state) => {
        if (signal.aborted) return;
        port.postMessage({ type: "connection", state });
        clearTimeout(this.#pingTimer);
        if (state.name === "open") void this.#measure();
        else options.onLag(undefined);
      },
      onStudio: (state, message) => {
        if (!signal.aborted) port.postMessage({ type: "studio", state, message });
      },
      onStore: (state, message) => {
        if (!signal.aborted) port.postMessage({ type: "store", state, message });
      },
    });
  }

  /** The page's answer to `wantsTicket`. */
  gotTicket(id: number, ticket: string | undefined): void {
    this.#tickets.get(id)?.(ticket);
  }

  async #askForTicket(): Promise<string> {
    const id = ++lastTicket;
    const answer = new Promise<string | undefined>((resolve) => this.#tickets.set(id, resolve));
    this.#options.port.postMessage({ type: "wantsTicket", id });
    const ticket = await answer;
    this.#tickets.delete(id);
    if (ticket === undefined) throw new Error("The session has ended.");
    return ticket;
  }

  async #measure(): Promise<void> {
    const ms = await this.live.ping();
    if (this.#options.signal.aborted || ms === undefined) return;
    this.#options.onLag(ms / 2);
    clearTimeout(this.#pingTimer);
    this.#pingTimer = setTimeout(() => void this.#measure(), BETWEEN_PINGS_MS);
  }
}
