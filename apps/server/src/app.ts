import path from "node:path";

import { upgradeWebSocket } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { secureHeaders } from "hono/secure-headers";
import type { WebSocket } from "ws";

import { problemResponse } from "./api/problem.ts";
import { apiRoutes, type ApiParts } from "./api/routes.ts";
import { guardLoopback } from "./guard.ts";
import { admitViewers } from "./live/admission.ts";
import { eventRoutes } from "./live/event-routes.ts";
import type { LiveHub } from "./live/hub.ts";

const LARGEST_BODY_BYTES = 64 * 1024;

/** Everything that the server answers over HTTP: API, live socket, health, and the viewer's files. */
export function createApp(parts: ApiParts & { readonly hub: LiveHub; readonly viewerDir: string | undefined }): Hono {
  const { hub, viewerDir } = parts;
  const app = new Hono();

  // Alive as long as it answers; that is no secret and needs no guard.
  app.get("/healthz", (c) => c.text("ok\n"));
  app.get("/readyz", (c) => {
    const { state, message } = hub.status;
    return c.text(`${message}\n`, state === "connected" ? 200 : 503);
  });

  app.use(guardLoopback());
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        frameAncestors: ["'none'"],
      },
    }),
  );
  const tooLarge = `A body may have ${LARGEST_BODY_BYTES} bytes.`;
  app.use(
    "/api/*",
    bodyLimit({ maxSize: LARGEST_BODY_BYTES, onError: (c) => problemResponse(c, 413, "too-large", tooLarge) }),
  );
  app.route("/api/v1", apiRoutes(parts));
  app.route("/api/v1", eventRoutes(parts));

  app.get(
    "/live",
    admitViewers(hub.admission),
    upgradeWebSocket(() => ({ onOpen: (_event, { raw }) => hub.accept(raw as WebSocket) })),
    (c) => problemResponse(c, 426, "websocket-only", "This address speaks only WebSocket, subprotocol windowscope.v1."),
  );

  if (viewerDir !== undefined) {
    app.use(
      serveStatic({
        root: path.relative(process.cwd(), viewerDir) || ".",
        onFound: (file, c) => {
          // The build puts a hash of the content into the names of these.
          const isHashed = file.includes(`${path.sep}assets${path.sep}`) || file.includes("/assets/");
          c.header("cache-control", isHashed ? "public, max-age=31536000, immutable" : "no-cache");
        },
      }),
    );
  }
  app.notFound((c) => problemResponse(c, 404, "not-found", `There is nothing at ${c.req.path}.`));
  return app;
}
