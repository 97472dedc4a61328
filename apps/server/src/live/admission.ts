import { getConnInfo } from "@hono/node-server/conninfo";
import type { HttpBindings } from "@hono/node-server";
import type { Context, MiddlewareHandler } from "hono";

import { problemResponse } from "../api/problem.ts";
import type { LiveLimits } from "./limits.ts";

/** Who was refused comes back after so many seconds, if it is polite. */
const RETRY_AFTER_S = 5;

/** Who connects, as far as the connection shows. */
export interface Peer {
  readonly address: string;
  /** The header `X-Forwarded-For`. */
  readonly forwardedFor: string | undefined;
}

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

  /** @returns To be called once, when the connection has ended; or why it is not let in. */
  admit(peer: Peer): { readonly release: () => void } | { readonly refusal: string } {
    const { connections, connectionsPerAddress } = this.#limits;
    if (this.#isClosed) return { refusal: "The server restarts." };
    if (this.#connections >= connections) return { refusal: `At most ${connections} viewers at a time.` };
    const address = viewerAddress(peer, this.#limits.trustedProxies);
    if (address === undefined) {
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
 * The address that a viewer's connections are counted under; `undefined` when they are not.
 *
 * A proxy appends to `X-Forwarded-For` whom it talks to, so of the header only what trusted proxies wrote counts: that
 * is read from its end. Whoever connects from this machine without a proxy is not counted.
 */
export function viewerAddress({ address, forwardedFor }: Peer, trusted: readonly string[]): string | undefined {
  const isTrusted = (hop: string) => isLoopback(hop) || trusted.includes(plain(hop));
  if (!isTrusted(address)) return plain(address);
  const hops = (forwardedFor ?? "").split(",").map((hop) => hop.trim());
  const viewer = hops.findLast((hop) => hop !== "" && !isTrusted(hop));
  if (viewer !== undefined) return plain(viewer);
  return isLoopback(address) ? undefined : plain(address);
}

function isLoopback(address: string): boolean {
  return /^127\.\d+\.\d+\.\d+$/.test(plain(address)) || address === "::1";
}

/** IPv4 addresses look different on a socket that takes both kinds. */
function plain(address: string): string {
  return address.replace(/^::ffff:/, "");
}

/** Lets a request of a viewer through while there is room, and answers 503 otherwise. */
export function admitViewers(admission: Admission): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.header("upgrade")?.toLowerCase() !== "websocket") return next();
    const admitted = admission.admit(peerOf(c));
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

export function peerOf(c: Context): Peer {
  return { address: getConnInfo(c).remote.address ?? "", forwardedFor: c.req.header("x-forwarded-for") };
}
