import { isIP } from "node:net";

import type { Context, MiddlewareHandler } from "hono";

import { problemResponse } from "./api/problem.ts";
import { isLoopback } from "./config.ts";
import { clientOf, type ReadClient } from "./proxy.ts";

/** Where a server is found, and whose pages may use it. */
export interface GuardOptions {
  /** Where the server listens. */
  readonly host: string;
  /** Further names that it answers to, in lower case, with or without a port. */
  readonly allowedHosts: readonly string[];
  /** Further origins whose pages may use it. */
  readonly allowedOrigins: readonly string[];
  readonly readClient: ReadClient;
  /** Whether a request shows the access token itself, as a program does; `undefined` when there is no token. */
  readonly showsToken: ((c: Context) => boolean) | undefined;
}

const LOOPBACK_NAMES = ["127.0.0.1", "localhost", "[::1]"];

/**
 * Lets in only who talks to this server by its own name, from a page of this server or from no page at all.
 *
 * Any web page can send requests to any address (cross-site request), and a foreign name can be made to point at this
 * machine (DNS rebinding). `Host` gives the second away and `Origin` the first. A browser always sends `Origin` with
 * the handshake of a WebSocket: when it is missing there, it is a program, and a program shows the access token.
 */
export function guardRequests(options: GuardOptions): MiddlewareHandler {
  const { allowedOrigins, readClient, showsToken } = options;
  return async (c, next) => {
    const host = (c.req.header("host") ?? "").toLowerCase();
    if (!isOurs(host, options)) {
      const advice = "WINDOWSCOPE_ALLOWED_HOSTS lists its names.";
      return problemResponse(c, 403, "foreign-host", `This server is not ${host || "nameless"}. ${advice}`);
    }

    const origin = c.req.header("origin");
    if (origin !== undefined) {
      const { isSecure } = clientOf(c, readClient);
      const isOwnPage = origin === `${isSecure ? "https" : "http"}://${host}`;
      if (isOwnPage || allowedOrigins.includes(origin)) return next();
      const advice = "WINDOWSCOPE_ALLOWED_ORIGINS lists whose may.";
      return problemResponse(c, 403, "foreign-origin", `Pages of ${origin} may not use this server. ${advice}`);
    }

    // Requests without `Origin` that other pages cause all the same, such as those for images; links are no harm.
    const site = c.req.header("sec-fetch-site") ?? "none";
    const isUpgrade = c.req.header("upgrade") !== undefined;
    const isLink = c.req.header("sec-fetch-mode") === "navigate" && !isUpgrade && !c.req.path.startsWith("/api/");
    if (site !== "none" && site !== "same-origin" && !isLink) {
      return problemResponse(c, 403, "foreign-origin", "Other pages may not use this server.");
    }
    if (showsToken && isUpgrade && !showsToken(c)) {
      const advice = "Programs that send no Origin send Authorization: Bearer and the access token.";
      return problemResponse(c, 403, "origin-missing", advice);
    }
    return next();
  };
}

function isOurs(host: string, { host: listeningOn, allowedHosts }: GuardOptions): boolean {
  if (!/^[^/?#@\\\s]+$/.test(host) || !URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  if (LOOPBACK_NAMES.includes(hostname) || allowedHosts.includes(host) || allowedHosts.includes(hostname)) return true;
  if (isLoopback(listeningOn)) return false;
  // Nobody can make an address point elsewhere: a browser that names one has connected to it.
  return hostname === listeningOn.toLowerCase() || isIP(hostname.replace(/^\[|\]$/g, "")) !== 0;
}
