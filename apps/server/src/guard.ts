import type { MiddlewareHandler } from "hono";

import { problemResponse } from "./api/problem.ts";

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/**
 * Lets in only who talks to this machine by its own name, from a page of this server or from no page at all.
 *
 * Any web page can send requests to 127.0.0.1 (cross-site request), and a foreign name can be made to point there (DNS
 * rebinding). `Host` gives the second away and `Origin` the first.
 */
export function guardLoopback(): MiddlewareHandler {
  return async (c, next) => {
    const host = c.req.header("host") ?? "";
    const isLoopback = URL.canParse(`http://${host}`) && LOOPBACK.includes(new URL(`http://${host}`).hostname);
    if (!isLoopback) return problemResponse(c, 403, "foreign-host", `This server is not ${host || "nameless"}.`);

    const origin = c.req.header("origin");
    if (origin !== undefined && origin !== `http://${host}`) {
      return problemResponse(c, 403, "foreign-origin", `Pages of ${origin} may not use this server.`);
    }
    return next();
  };
}
