import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

import { createAdaptorServer } from "@hono/node-server";
import type { OperationId } from "@windowscope/sdk/api-types";
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
import { localPage } from "./local-page.ts";
import { LocalStudio, type LocalStudioOptions } from "./local-studio.ts";
import { ownApi } from "./own-api.ts";
import type { Project, ProjectKind } from "./projects.ts";
import { serveProjectSocket } from "./project-socket.ts";
import { STUDIO_PORTS } from "./ports.ts";
import type { RunningStudio } from "./running-studio.ts";
import { SocketTokens } from "./socket-tokens.ts";
import { openStore } from "./store.ts";

export type { RunningStudio } from "./running-studio.ts";

export interface StudioOptions extends LocalStudioOptions {
  /** Folder for database and recordings; without one nothing is left when the Studio ends. */
  readonly dataDir?: string | undefined;
  /** Key that opens the Studio's project. */
  readonly apiKey: string;
  /** The file where the key is kept, for the Studio's page to name. */
  readonly keyFile?: string | undefined;
  /**
   * `demo`: a project with simulated recordings and a trained impulse; `empty`: one that begins with nothing in it. A
   * data folder can hold one of each, and the key opens the one that is named here. Only the key of a project that
   * somebody asked for by name opens that project and no other.
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
    const project = await openProject(studio, options.project, apiKey, log);
    const sockets = await listenForDevices(host, ports.devices);
    const remoteManagement = new RemoteManagement(studio, sockets, log);
    opened.push(() => remoteManagement.close());

    const app = new Hono();
    const server = createAdaptorServer({ fetch: app.fetch }) as Server;
    const ingestionWithFaults = new Hono()
      .use(ingestionFaults(studio, stop.signal))
      .route("/", ingestionApp(studio.projects, studio.intake));
    const ingestion = createAdaptorServer({ fetch: ingestionWithFaults.fetch }) as Server;
    const handlers = studioHandlers(studio, {
      issueSocketToken: (projectId) => tokens.issue(projectId, studio.behaviours.of(projectId).socket.tokenLifetimeMs),
      remoteManagement,
      studioUrl: () => urlOf("http", host, server),
    });
    app.use("/v1/*", serveRanges);
    app.route("/v1", mountHandlers(handlers, studio.projects, apiFaults(studio.behaviours, stop.signal)));
    let keyHint = hintOf(apiKey);
    const addresses = () => ({
      url: urlOf("http", host, server),
      ingestionUrl: urlOf("http", host, ingestion),
      devicesUrl: urlOf("ws", host, sockets),
    });
    const onNewKey = (projectId: number, key: string) => {
      if (projectId === project.id) keyHint = hintOf(key);
    };
    app.route("/windowscope", ownApi(studio, { addresses, onNewKey }));
    app.route(
      "/",
      localPage(() => ({
        ...addresses(),
        project: studio.projects.get(project.id) ?? project,
        samples: studio.statistics.countByLabel(project.id),
        impulse: studio.impulses.get(studio.projects.get(project.id)?.defaultImpulseId ?? 0),
        connected: remoteManagement.connectedDevices(project.id).map(({ deviceId }) => deviceId),
        keyHint,
        keyFile: options.keyFile,
        operations: Object.keys(handlers) as OperationId[],
      })),
    );
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
    opened.push(async () => {
      const closed = io.close();
      await closeServer(server);
      await closed;
    });

    await listen(ingestion, host, ports.ingestion);
    opened.push(() => closeServer(ingestion));

    if (options.conductsDemo) {
      demo = conductDemo(studio, remoteManagement, project, {
        signal: stop.signal,
        log,
        speed: options.demoSpeed ?? 1,
      });
    }
    return { ...addresses(), projectId: project.id, reset: () => studio.resetProject(project.id), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The project that the key is going to open. */
async function openProject(
  studio: LocalStudio,
  kind: ProjectKind,
  apiKey: string,
  log: (line: string) => void,
): Promise<Project> {
  const { projects } = studio;
  const own = projects.findByKey(apiKey);
  if (own && projects.isNamed(own.id)) return own;
  const project = projects.newestOfKind(kind) ?? (await createProject(studio, kind, log));
  projects.addKey(project.id, apiKey);
  return project;
}

/** Enough of a key to recognise it by. */
function hintOf(apiKey: string): string {
  return apiKey.slice(0, 6);
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

/** Takes nothing more; whoever has sent half a request is not waited for. */
async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

function urlOf(scheme: "http" | "ws", host: string, server: { address(): AddressInfo | string | null }): string {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return `${scheme}://${host}:${port}`;
}
