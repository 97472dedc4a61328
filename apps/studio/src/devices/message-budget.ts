const MESSAGES_A_SECOND = 500;

/** Counts a device's messages; no device has reason to send more than a few dozen a second. */
export class MessageBudget {
  #second = 0;
  #count = 0;

  /** @returns Whether the message is within what a device may send. */
  take(nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#count = 0;
    }
    this.#count++;
    return this.#count <= MESSAGES_A_SECOND;
  }
}
