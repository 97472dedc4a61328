import type { AnomalyExplanation, WindowFeatures } from "../api.ts";
import type { WindowRef } from "../scope/scope-port.ts";

/** What the inspector reads of the server. Both throw with words for people. */
export interface WindowApi {
  readFeatures(runId: string, index: number, signal: AbortSignal): Promise<WindowFeatures>;
  readAnomaly(runId: string, index: number, signal: AbortSignal): Promise<AnomalyExplanation>;
}

/** Something that is read of the server. */
export type Reading<T> =
  | { readonly state: "none" }
  | { readonly state: "reading" }
  | { readonly state: "here"; readonly value: T }
  | { readonly state: "failed"; readonly message: string };

/** Somebody who steps through windows with a held key rests on none of them. */
const REST_MS = 150;
const NONE = { state: "none" } as const;

/**
 * Features and the explanation of the anomaly score of the picked window.
 *
 * Only a window that somebody has picked, and rests on, is read; picking another one ends what is on its way.
 */
export class PickedWindow {
  readonly #api: WindowApi;
  #features = $state.raw<Reading<WindowFeatures>>(NONE);
  #anomaly = $state.raw<Reading<AnomalyExplanation>>(NONE);
  #picked: WindowRef | undefined;
  #stop = new AbortController();
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor(api: WindowApi) {
    this.#api = api;
  }

  get features(): Reading<WindowFeatures> {
    return this.#features;
  }

  get anomaly(): Reading<AnomalyExplanation> {
    return this.#anomaly;
  }

  /** @param hasAnomaly Whether there is an anomaly score to explain. */
  pick(window: WindowRef | undefined, hasAnomaly: boolean): void {
    if (window?.runId === this.#picked?.runId && window?.index === this.#picked?.index) return;
    this.letGo();
    if (!window) return;
    const { runId, index } = window;
    this.#picked = { runId, index };
    this.#features = { state: "reading" };
    if (hasAnomaly) this.#anomaly = { state: "reading" };
    const { signal } = this.#stop;
    this.#rest = setTimeout(() => {
      const tell = <T>(set: (reading: Reading<T>) => void) => ({ set, signal });
      void follow(
        this.#api.readFeatures(runId, index, signal),
        tell((reading) => (this.#features = reading)),
      );
      if (!hasAnomaly) return;
      void follow(
        this.#api.readAnomaly(runId, index, signal),
        tell((reading) => (this.#anomaly = reading)),
      );
    }, REST_MS);
  }

  /** Nothing is picked; also for the end of a component. */
  letGo(): void {
    clearTimeout(this.#rest);
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#picked = undefined;
    this.#features = NONE;
    this.#anomaly = NONE;
  }
}

async function follow<T>(
  answer: Promise<T>,
  { set, signal }: { readonly set: (reading: Reading<T>) => void; readonly signal: AbortSignal },
): Promise<void> {
  let reading: Reading<T>;
  try {
    reading = { state: "here", value: await answer };
  } catch (error) {
    reading = { state: "failed", message: error instanceof Error ? error.message : String(error) };
  }
  if (!signal.aborted) set(reading);
}
