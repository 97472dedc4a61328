import type { AccessApi } from "../api.ts";

/** Until the server is asked again, when it did not answer. */
const RETRY_MS = 2_000;

/**
 * Whether this page may see anything, and how it gets in.
 *
 * A server that listens on its own machine alone lets everybody in; another one asks for its access token once, and
 * then knows the browser by a cookie that scripts cannot read.
 */
export class SignIn {
  #state = $state<"asking" | "needed" | "in">("asking");
  #error = $state<string>();
  #isBusy = $state(false);
  #isOpen = false;
  readonly #api: AccessApi;

  constructor(api: AccessApi) {
    this.#api = api;
  }

  /** `asking` the server; a token is `needed`; or `in`. */
  get state(): "asking" | "needed" | "in" {
    return this.#state;
  }

  /** Why the last attempt failed, for people. */
  get error(): string | undefined {
    return this.#error;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** What the live connection shows to be let in; `undefined` where nobody has to. */
  get ticket(): (() => Promise<string>) | undefined {
    return this.#isOpen ? undefined : () => this.#createTicket();
  }

  /** Asks the server how it stands, until it answers. */
  async ask(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const session = await this.#api.readSession();
      if (session) {
        this.#isOpen = session.isOpen;
        this.#state = session.isOpen || session.isSignedIn ? "in" : "needed";
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  async submit(token: string): Promise<void> {
    if (this.#isBusy || token === "") return;
    this.#isBusy = true;
    this.#error = undefined;
    this.#error = await this.#api.signIn(token).finally(() => (this.#isBusy = false));
    if (this.#error === undefined) this.#state = "in";
  }

  /** Takes this browser's leave; the page then asks for the token again. */
  async signOut(): Promise<void> {
    await this.#api.signOut();
    this.#error = undefined;
    this.#state = "needed";
  }

  async #createTicket(): Promise<string> {
    const ticket = await this.#api.createTicket();
    if (ticket !== undefined) return ticket;
    this.#error = "Your session has ended. Sign in again.";
    this.#state = "needed";
    throw new Error("The session has ended.");
  }
}
