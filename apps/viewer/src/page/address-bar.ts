import { formatAddress, parseAddress, type Address } from "./address.ts";

/** Browsers refuse more than about a hundred changes in half a minute. */
const LEAST_GAP_MS = 400;

/** What of a browser's window it needs. */
export interface AddressWindow {
  readonly location: { readonly hash: string };
  readonly history: { replaceState(data: unknown, unused: string, url: string): void };
  addEventListener(type: "hashchange", listener: () => void, options: { signal: AbortSignal }): void;
}

/** Keeps the browser's address as the page is, and the page as somebody makes the address. */
export class AddressBar {
  readonly #window: AddressWindow;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #next = "";
  /** The address that the page is as, or was made by. */
  #known = "";

  constructor(window: AddressWindow) {
    this.#window = window;
  }

  /** Tells the address now, and whenever somebody else than this class changes it. */
  start(apply: (address: Address) => void, signal: AbortSignal): void {
    const read = () => {
      this.#known = this.#window.location.hash;
      return parseAddress(this.#known);
    };
    const address = read();
    if (this.#known.length > 1) apply(address);
    this.#window.addEventListener("hashchange", () => apply(read()), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /** Writes it soon. Going back in the browser leaves the page, so this makes no history. */
  write(address: Address): void {
    this.#next = `#${formatAddress(address)}`;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.flush();
    }, LEAST_GAP_MS);
  }

  /** Writes it at once, for a link. */
  flush(): void {
    // Somebody has just changed it: that is heard in a moment, and what the page was before has no say any more.
    if (this.#window.location.hash !== this.#known) return;
    if (this.#next !== "" && this.#next !== this.#known) {
      this.#window.history.replaceState(null, "", this.#next);
      this.#known = this.#window.location.hash;
    }
  }
}
