import path from "node:path";

import { upgradeWebSocket, type HttpBindings } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import type { WebSocket } from "ws";

import { Gate } from "./access/gate.ts";
import type { TokenAccess } from "./access/token-access.ts";
import { answerProblem, problemResponse } from "./api/problem.ts";
import { apiRoutes, type ApiParts } from "./api/routes.ts";
import { LARGEST_RECORDING_BYTES } from "./api/sample-upload.ts";
import type { ServerConfig } from "./config.ts";
import { guardRequests } from "./guard.ts";
import { healthRoutes } from "./health.ts";
import { admitViewers } from "./live/admission.ts";
import { eventRoutes } from "./live/event-routes.ts";
import type { LiveHub } from "./live/hub.ts";
import type { Metrics } from "./metrics.ts";
import { clientOf, createClientReader } from "./proxy.ts";
import { observeRequests } from "./requests.ts";

const LARGEST_BODY_BYTES = 64 * 1024;
const LONGEST_REQUEST_ID = 64;
/** The one address that takes more: a recording, and the form around it. */
const UPLOAD_PATH = /^\/api\/v1\/projects\/\d+\/samples$/;

/** Whether an address takes more than a small document, and so may take its time. */
export function takesLongBodies(url: string): boolean {
  return UPLOAD_PATH.test(url);
}

/** What the app needs beside what the API does. */
export interface AppParts extends Omit<ApiParts, "access"> {
  readonly hub: LiveHub;
  readonly metrics: Metrics;
  /** Absent when nobody has to sign in. */
  readonly access: TokenAccess | undefined;
  readonly config: Pick<ServerConfig, "host" | "allowedHosts" | "allowedOrigins" | "frameAncestors" | "trustedProxies">;
  readonly isDraining: () => boolean;
  /** Folder with the built page. */
  readonly viewerDir: string | undefined;
}

/** Everything that the server answers over HTTP: API, live socket, health, metrics, and the viewer's files. */
export function createApp({ hub, metrics, access, config, isDraining, viewerDir, ...parts }: AppParts): Hono {
  const readClient = createClientReader(config.trustedProxies);
  const isFramed = config.frameAncestors.length > 0;
  const gate = access && new Gate(access, readClient);
  const app = new Hono();

  app.use(requestId({ limitLength: LONGEST_REQUEST_ID }));
  app.use(observeRequests(parts.log, metrics));
  app.route("/", healthRoutes({ runLog: parts.runLog, studio: () => hub.status, isDraining }));

  app.use(guardRequests({ ...config, readClient, showsToken: gate && ((c) => gate.showsToken(c)) }));
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: isFramed ? [...config.frameAncestors] : ["'none'"],
        objectSrc: ["'none'"],
      },
      permissionsPolicy: { camera: [], geolocation: [], microphone: [], payment: [], usb: [] },
      strictTransportSecurity: false,
      // It knows only one's own pages and none, not those that are listed.
      xFrameOptions: isFramed ? false : "DENY",
    }),
  );
  app.use(async (c, next) => {
    await next();
    const { isSecure } = clientOf(c, readClient);
    // Without https it has no effect, and on a name that is used for other things too it would do harm.
    if (isSecure) c.header("strict-transport-security", "max-age=15552000");
  });

  app.use("/api/*", limitBodies());
  if (gate) {
    app.use(
      "/api/*",
      gate.requireSignIn((address) => address === "/api/v1/session"),
    );
    app.use("/metrics", gate.requireToken());
  }
  app.route("/api/v1", apiRoutes({ ...parts, access: access && gate && { access, gate } }));
  app.route(
    "/api/v1",
    eventRoutes({ hub, runLog: parts.runLog, readClient, callerOf: gate && ((c) => gate.callerOf(c)) }),
  );

  app.get("/metrics", async (c) => {
    c.header("content-type", metrics.registry.contentType);
    return c.body(await metrics.registry.metrics());
  });

  app.get(
    "/live",
    admitViewers(hub.admission, readClient),
    upgradeWebSocket((c) => {
      const { socket } = (c.env as HttpBindings).incoming;
      return { onOpen: (_event, { raw }) => hub.accept(raw as WebSocket, socket) };
    }),
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
  app.onError((error, c) => answerProblem(error, c, parts.log));
  app.notFound((c) => problemResponse(c, 404, "not-found", `There is nothing at ${c.req.path}.`));
  return app;
}

function limitBodies(): MiddlewareHandler {
  const limit = limitBodyTo(LARGEST_BODY_BYTES);
  const limitUpload = limitBodyTo(LARGEST_RECORDING_BYTES + LARGEST_BODY_BYTES);
  return (c, next) => (takesLongBodies(c.req.path) ? limitUpload : limit)(c, next);
}

function limitBodyTo(maxSize: number): MiddlewareHandler {
  const tooLarge = `A body may have ${maxSize} bytes.`;
  return bodyLimit({ maxSize, onError: (c) => problemResponse(c, 413, "too-large", tooLarge) });
}
