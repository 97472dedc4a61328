import { BlockList, isIP } from "node:net";

import type { Context } from "hono";

import { addToBlockList } from "./config.ts";

/** Who sent a request, when one looks through the proxies in front of the server. */
export interface Client {
  /**
   * Address of the client, to count by; `unknown` when the connection is gone already. Of an IPv6 address the first half:
   * who has one has all the others that begin like it.
   */
  readonly address: string;
  /** Whether the client speaks https with whoever it talks to. */
  readonly isSecure: boolean;
  /** Whether it runs on this machine, as far as is known: a proxy there that is not listed looks the same. */
  readonly isLocal: boolean;
}

/** The headers of a request, by their names in lower case. */
type ReadHeader = (name: string) => string | undefined;

/**
 * Tells who sent a request. Only the proxies that are listed are believed; anybody else who sends `X-Forwarded-For` or
 * `X-Forwarded-Proto` is taken for the client himself.
 *
 * @param trustedProxies Addresses, or networks such as `10.0.0.0/8`.
 */
export function createClientReader(trustedProxies: readonly string[]) {
  const trusted = new BlockList();
  for (const proxy of trustedProxies) addToBlockList(trusted, proxy);
  const isTrusted = (address: string) =>
    isIP(address) !== 0 && trusted.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");

  return function readClient(remoteAddress: string | undefined, header: ReadHeader): Client {
    const remote = plain(remoteAddress ?? "unknown");
    if (!isTrusted(remote)) return { address: toCountBy(remote), isSecure: false, isLocal: isLoopback(remote) };
    // Each proxy puts the address that it saw at the end; what stands before the last stranger is hearsay.
    const hops = (header("x-forwarded-for") ?? "").split(",").map((hop) => plain(hop.trim()));
    const client = hops.findLast((hop) => !isTrusted(hop)) ?? "";
    const address = isIP(client) !== 0 ? client : remote;
    const isSecure = header("x-forwarded-proto")?.trim().toLowerCase() === "https";
    return { address: toCountBy(address), isSecure, isLocal: isLoopback(remote) && isLoopback(address) };
  };
}

export type ReadClient = ReturnType<typeof createClientReader>;

/** Who sent the request that is being answered. */
export function clientOf(c: Context, readClient: ReadClient): Client {
  return readClient(remoteAddressOf(c), (name) => c.req.header(name));
}

/** The address at the other end of a request's connection; `undefined` in tests, which have none. */
function remoteAddressOf(c: Context): string | undefined {
  const { incoming } = (c.env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } };
  return incoming?.socket?.remoteAddress;
}

/** An IPv4 address as such, also where the system shows it inside an IPv6 one. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}

/** @param address As `plain` makes it. */
function toCountBy(address: string): string {
  if (isIP(address) !== 6) return address;
  const [before = [], after = []] = address
    .replace(/%.*/, "")
    // The last two groups may be written as an IPv4 address, and do not matter here.
    .replace(/[^:]+\.[^:]+$/, "0:0")
    .split("::")
    .map((half) => half.split(":").filter((group) => group !== ""));
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  const groups = [...before, ...zeros, ...after].slice(0, 4).map((group) => parseInt(group, 16).toString(16));
  return `${groups.join(":")}::/64`;
}

/** @param address As `plain` makes it. */
function isLoopback(address: string): boolean {
  return address === "::1" || (isIP(address) === 4 && address.startsWith("127."));
}
