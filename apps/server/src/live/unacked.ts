/** A mark stands for such a part of what may be under way, so that a stream of small entries needs few. */
const MOST_MARKS = 32;

interface Mark {
  /** Reached by the acknowledgement, everything up to here has arrived. */
  next: number;
  bytes: number;
}

/** What is under way to a viewer and not yet acknowledged. */
export class Unacked {
  readonly #mostBytes: number;
  readonly #marks: Mark[] = [];
  #bytes = 0;
  #sent = 0;
  #acked = 0;
  #sinceMs = 0;

  /** @param mostBytes From there on nothing more is to be sent. */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get isFull(): boolean {
    return this.#bytes >= this.#mostBytes;
  }

  /** Entries that were sent and not acknowledged. */
  get entries(): number {
    return this.#sent - this.#acked;
  }

  /** For how long it has been full without progress. */
  fullForMs(nowMs: number): number {
    return this.isFull ? nowMs - this.#sinceMs : 0;
  }

  add({ from, next, bytes }: { readonly from: number; readonly next: number; readonly bytes: Uint8Array }): void {
    if (this.#mostBytes === Infinity) return;
    if (this.#sent !== from) this.#acked = from;
    this.#sent = next;
    this.#bytes += bytes.length;
    const newest = this.#marks.at(-1);
    if (newest && newest.bytes + bytes.length <= this.#mostBytes / MOST_MARKS) {
      newest.next = next;
      newest.bytes += bytes.length;
    } else this.#marks.push({ next, bytes: bytes.length });
    if (this.isFull) this.#sinceMs = performance.now();
  }

  /** @param seq The entry that is wanted next. @returns Whether something arrived that was not known to have. */
  acknowledge(seq: number): boolean {
    if (seq <= this.#acked || this.entries === 0) return false;
    this.#acked = Math.min(seq, this.#sent);
    let released = 0;
    for (const { next, bytes } of this.#marks) {
      if (next > this.#acked) break;
      this.#bytes -= bytes;
      released++;
    }
    this.#marks.splice(0, released);
    this.#sinceMs = performance.now();
    return true;
  }

  clear(): void {
    this.#marks.length = 0;
    this.#bytes = 0;
    this.#acked = this.#sent;
  }
}
