import type { HttpBindings } from "@hono/node-server";
import type { Context, MiddlewareHandler } from "hono";

import { problemResponse } from "../api/problem.ts";
import { clientOf, type Client, type ReadClient } from "../proxy.ts";
import type { LiveLimits } from "./limits.ts";

/** Who was refused comes back after so many seconds, if it is polite. */
const RETRY_AFTER_S = 5;

/** How many may be connected: in all, and from one address. */
export class Admission {
  readonly #limits: LiveLimits;
  readonly #byAddress = new Map<string, number>();
  #connections = 0;
  #isClosed = false;

  constructor(limits: LiveLimits) {
    this.#limits = limits;
  }

  get connections(): number {
    return this.#connections;
  }

  /** Whether nobody is let in any more. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  close(): void {
    this.#isClosed = true;
  }

  /**
   * @param client Is not counted under its address when it is local: all programs of this machine share that one.
   * @returns To be called once, when the connection has ended; or why it is not let in.
   */
  admit({
    address,
    isLocal,
  }: Pick<Client, "address" | "isLocal">): { readonly release: () => void } | { readonly refusal: string } {
    const { connections, connectionsPerAddress } = this.#limits;
    if (this.#isClosed) return { refusal: "The server restarts." };
    if (this.#connections >= connections) return { refusal: `At most ${connections} viewers at a time.` };
    if (isLocal) {
      this.#connections++;
      return { release: () => void this.#connections-- };
    }
    const count = this.#byAddress.get(address) ?? 0;
    if (count >= connectionsPerAddress)
      return { refusal: `At most ${connectionsPerAddress} viewers from one address.` };
    this.#byAddress.set(address, count + 1);
    this.#connections++;
    return { release: () => this.#release(address) };
  }

  #release(address: string): void {
    this.#connections--;
    const count = this.#byAddress.get(address) ?? 0;
    if (count > 1) this.#byAddress.set(address, count - 1);
    else this.#byAddress.delete(address);
  }
}

/**
 * Lets a request of a viewer through while there is room, and answers 503 otherwise. What is no handshake of a WebSocket
 * is answered 426 and does not count: its connection may bring any number of requests.
 */
export function admitViewers(admission: Admission, readClient: ReadClient): MiddlewareHandler {
  return async (c, next) => {
    const changes = (c.req.header("connection") ?? "").toLowerCase().split(/\s*,\s*/);
    if (c.req.header("upgrade")?.toLowerCase() !== "websocket" || !changes.includes("upgrade")) {
      const advice = "This address speaks only WebSocket, subprotocol windowscope.v1.";
      return problemResponse(c, 426, "websocket-only", advice);
    }
    const admitted = admission.admit(clientOf(c, readClient));
    if ("refusal" in admitted) return refuse(c, admitted.refusal);
    const { incoming } = c.env as HttpBindings;
    // The socket belongs to this connection from here on, whatever becomes of the handshake.
    if (incoming.socket.destroyed) admitted.release();
    else incoming.socket.once("close", admitted.release);
    return next();
  };
}

/** Says that there is no room. */
export function refuse(c: Context, refusal: string): Response {
  c.header("retry-after", String(RETRY_AFTER_S));
  return problemResponse(c, 503, "too-many-viewers", refusal);
}
