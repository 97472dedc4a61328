import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";

import { describeConnectedDevice } from "./api/device-json.ts";
import { mountHandlers } from "./api/mount.ts";
import { serveRanges } from "./api/ranges.ts";
import { studioHandlers } from "./api/studio-handlers.ts";
import { apiFaults, ingestionFaults } from "./behaviour/http-faults.ts";
import { dropSockets } from "./behaviour/socket-faults.ts";
import { conductDemo } from "./demo/conductor.ts";
import { createDemoProject } from "./demo/demo-project.ts";
import { listenForDevices } from "./devices/listen-for-devices.ts";
import { RemoteManagement } from "./devices/remote-management.ts";
import { ingestionApp } from "./ingestion/ingestion-app.ts";
import { KeyError } from "./key.ts";
import { LocalStudio, type LocalStudioOptions } from "./local-studio.ts";
import { ownApi } from "./own-api.ts";
import type { Project, ProjectKind } from "./projects.ts";
import { serveProjectSocket } from "./project-socket.ts";
import { SocketTokens } from "./socket-tokens.ts";
import { openStore } from "./store.ts";

/** The ports on which Edge Impulse's own tools look for a Studio at `EI_HOST=localhost`. */
export const STUDIO_PORTS = { studio: 4800, devices: 4802, ingestion: 4810 } as const;

export interface StudioOptions extends LocalStudioOptions {
  /** Folder for database and recordings; without one nothing is left when the Studio ends. */
  readonly dataDir?: string | undefined;
  /** Key that opens the Studio's project. */
  readonly apiKey: string;
  /**
   * `demo`: a project with simulated recordings and a trained impulse; `empty`: one that begins with nothing in it. A
   * data folder can hold one of each, and the key opens the one that is named here.
   */
  readonly project: ProjectKind;
  /** Whether to keep asking the demo device for recordings. */
  readonly conductsDemo?: boolean;
  readonly host?: string;
  /** 0 takes any free port. */
  readonly ports?: { readonly studio: number; readonly devices: number; readonly ingestion: number };
  /** Told what happens, a line each. */
  readonly log?: (line: string) => void;
  /** How much faster than the clock the demo goes; more than 1 only for tests. */
  readonly demoSpeed?: number;
  /** For how long a socket token lets somebody in; an hour by default. */
  readonly socketTokenLifetimeMs?: number;
}

export interface RunningStudio {
  /** REST and socket.io, such as `http://127.0.0.1:4800`. */
  readonly url: string;
  readonly ingestionUrl: string;
  /** Remote management, such as `ws://127.0.0.1:4802`. */
  readonly devicesUrl: string;
  readonly projectId: number;
  close(): Promise<void>;
}

/**
 * Starts a local Studio.
 *
 * @throws {KeyError} when the key is none of a Studio.
 * @throws {StudioInUseError} when another process uses the data folder.
 * @throws {Error} with `code: "EADDRINUSE"` when a port is taken.
 */
export async function startStudio(options: StudioOptions): Promise<RunningStudio> {
  const { dataDir, apiKey, host = "127.0.0.1", ports = STUDIO_PORTS, log = () => undefined } = options;
  if (!apiKey.startsWith("ei_")) throw new KeyError("A key of the local Studio has to begin with ei_.");
  const store = openStore(dataDir);
  const studio = new LocalStudio(store, options);
  const project = studio.projects.newestOfKind(options.project) ?? (await createProject(studio, options.project, log));
  studio.projects.addKey(project.id, apiKey);

  const tokens = new SocketTokens(options.socketTokenLifetimeMs);
  const stop = new AbortController();
  let demo: Promise<void> | undefined;
  const opened: (() => Promise<void>)[] = [];
  const close = async () => {
    stop.abort();
    for (const closeOne of opened.reverse()) await closeOne();
    await demo;
    await studio.close();
    store.close();
  };

  try {
    const sockets = await listenForDevices(host, ports.devices);
    const remoteManagement = new RemoteManagement(studio, sockets, log);
    opened.push(() => remoteManagement.close());

    const app = new Hono();
    const server = createAdaptorServer({ fetch: app.fetch }) as Server;
    const handlers = studioHandlers(studio, {
      issueSocketToken: (projectId) => tokens.issue(projectId, studio.behaviours.of(projectId).socket.tokenLifetimeMs),
      remoteManagement,
      studioUrl: () => urlOf("http", host, server),
    });
    app.use("/v1/*", serveRanges);
    app.route("/v1", mountHandlers(handlers, studio.projects, apiFaults(studio.behaviours, stop.signal)));
    app.route("/windowscope", ownApi(studio));
    app.notFound((c) => {
      const error = `The local Studio does not have ${c.req.method} ${c.req.path}.`;
      return c.json({ success: false, error }, 404);
    });
    const io = serveProjectSocket(server, {
      studio,
      tokens,
      remoteManagement,
      describeDevice: (device) => describeConnectedDevice(studio, remoteManagement, device),
    });
    dropSockets(io, studio, tokens);
    await listen(server, host, ports.studio);
    opened.push(() => io.close());

    const ingestionWithFaults = new Hono().use(ingestionFaults(studio, stop.signal)).route("/", ingestionApp(studio));
    const ingestion = createAdaptorServer({ fetch: ingestionWithFaults.fetch }) as Server;
    await listen(ingestion, host, ports.ingestion);
    opened.push(() => closeServer(ingestion));

    if (options.conductsDemo) {
      demo = conductDemo(studio, remoteManagement, project, {
        signal: stop.signal,
        log,
        speed: options.demoSpeed ?? 1,
      });
    }
    return {
      url: urlOf("http", host, server),
      ingestionUrl: urlOf("http", host, ingestion),
      devicesUrl: urlOf("ws", host, sockets),
      projectId: project.id,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function createProject(studio: LocalStudio, kind: ProjectKind, log: (line: string) => void): Promise<Project> {
  const { projects } = studio;
  const project =
    kind === "demo"
      ? await createDemoProject(studio, log)
      : projects.create("Local project", "A project on this machine.");
  projects.setKind(project.id, kind);
  return project;
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function urlOf(scheme: "http" | "ws", host: string, server: { address(): AddressInfo | string | null }): string {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return `${scheme}://${host}:${port}`;
}
