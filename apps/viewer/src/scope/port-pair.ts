import type { Port } from "./scope-port.ts";

/**
 * Two ends of a way that stays on one side: what is posted at one end arrives at the other, in order, in a later
 * microtask. What is posted before the other end listens waits there.
 *
 * @param copy What arrives of what is posted; the same unless told.
 */
export function portPair<A, B>(
  copy: <T>(message: T, transfer: readonly Transferable[]) => T = (message) => message,
): readonly [Port<A, B>, Port<B, A>] {
  const one = new PortEnd<A, B>();
  const two = new PortEnd<B, A>();
  one.deliver = (message, transfer) => two.receive(copy(message, transfer));
  two.deliver = (message, transfer) => one.receive(copy(message, transfer));
  return [one, two];
}

class PortEnd<Out, In> implements Port<Out, In> {
  deliver: (message: Out, transfer: readonly Transferable[]) => void = () => undefined;
  #listener: Port<Out, In>["onmessage"] = null;
  #waiting: In[] = [];

  get onmessage(): Port<Out, In>["onmessage"] {
    return this.#listener;
  }

  set onmessage(listener: Port<Out, In>["onmessage"]) {
    this.#listener = listener;
    if (this.#waiting.length > 0) queueMicrotask(() => this.#handOver());
  }

  postMessage(message: Out, transfer: Transferable[] = []): void {
    this.deliver(message, transfer);
  }

  receive(message: In): void {
    this.#waiting.push(message);
    queueMicrotask(() => this.#handOver());
  }

  #handOver(): void {
    while (this.#listener && this.#waiting.length > 0) this.#listener({ data: this.#waiting.shift() as In });
  }
}
