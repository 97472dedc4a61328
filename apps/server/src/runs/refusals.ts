import type { StoreState } from "@windowscope/protocol";
import { RunLogWriteError } from "@windowscope/runlog";

/** Whether the run log takes what happens, in a word and in a sentence. */
export interface StoreStatus {
  readonly state: StoreState;
  readonly message: string;
}

export const STORING: StoreStatus = { state: "storing", message: "What happens is stored" };

/** What waits because the run log does not take it; tells whenever that begins, changes its reason, or is over. */
export class Refusals {
  readonly #onStatus: (status: StoreStatus) => void;
  /** Whoever waits, and not what for: two may wait with the same. */
  readonly #waiting = new Set<symbol>();

  constructor(onStatus: (status: StoreStatus) => void) {
    this.#onStatus = onStatus;
  }

  /** Somebody waits, or waits on. @param reason What the log has said. */
  add(waiting: symbol, reason: Error): void {
    this.#waiting.add(waiting);
    this.#onStatus({ state: "refusing", message: `Results cannot be stored for the moment: ${describe(reason)}` });
  }

  /** Somebody no longer waits, and perhaps never did. */
  delete(waiting: symbol): void {
    if (this.#waiting.delete(waiting) && this.#waiting.size === 0) this.#onStatus(STORING);
  }
}

/** Where the log is, is the operator's business; what is wrong with it matters to everybody who waits. */
function describe(reason: Error): string {
  return reason instanceof RunLogWriteError ? (reason.cause as Error).message : "its store does not answer";
}
