import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";

import type { ServerLog } from "./log.ts";
import type { Metrics } from "./metrics.ts";

/**
 * Tells log and metrics of each request: what was asked, what was answered, how long that took, under the request's id.
 *
 * The time is that until the answer begins; downloads and live connections go on after it. Query strings are left out.
 */
export function observeRequests(log: ServerLog, metrics: Metrics): MiddlewareHandler {
  return async (c, next) => {
    const startedMs = performance.now();
    await next();
    const ms = performance.now() - startedMs;
    const { method, path } = c.req;
    const status = c.res.status;
    const route = routeOf(c);
    metrics.requests.observe({ route, status: String(status) }, ms / 1000);
    const requestId: unknown = c.get("requestId");
    // Who is refused on the way to a WebSocket never gets to read why.
    const problem: unknown = c.get("problem");
    const fields = {
      requestId,
      status,
      ms: Math.round(ms * 10) / 10,
      route,
      ...(problem !== undefined && { problem }),
    };
    // Files of the page and questions for health come all the time.
    if (route.includes("/api/") || status >= 400) log.info(`${method} ${path}`, fields);
    else log.debug(`${method} ${path}`, fields);
  };
}

/** The pattern of the route that answers, such as `GET /api/v1/runs/:runId`: there are few of them, however many paths. */
function routeOf(c: Context): string {
  const routes = matchedRoutes(c).filter(({ method, path }) => method !== "ALL" && !path.endsWith("*"));
  const route = routes.at(-1);
  if (route) return `${route.method} ${route.path}`;
  return c.res.status < 400 && c.req.method === "GET" ? "GET file" : "none";
}
