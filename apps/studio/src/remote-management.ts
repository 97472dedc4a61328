/**
 * Remote management: devices connect by WebSocket, say hello, and are asked to sample.
 *
 * https://docs.edgeimpulse.com/apis/remote-management
 */
import { WebSocketServer, type RawData, type WebSocket } from "ws";

import { CBOR, DeviceMessageError, JSON_TEXT, parseHello, type Codec, type Hello } from "./device-messages.ts";
import type { LocalStudio } from "./local-studio.ts";
import type { Category } from "./category.ts";

/** What a device is asked to record. */
export interface SamplingRequest {
  readonly label: string;
  readonly lengthMs: number;
  readonly intervalMs: number;
  readonly category: Category;
  readonly sensor: string;
}

/** The device did not deliver. The message says why. */
export class SamplingError extends Error {
  override readonly name = "SamplingError";
}

const HELLO_TIMEOUT_MS = 10_000;
const PING_MS = 30_000;
/** Between two messages of a device that samples, beside the length of the recording. */
const PROGRESS_TIMEOUT_MS = 20_000;
const LARGEST_MESSAGE_BYTES = 1024 * 1024;

/** The devices that are connected right now. */
export class RemoteManagement {
  readonly #studio: LocalStudio;
  readonly #server: WebSocketServer;
  readonly #sessions = new Map<string, DeviceSession>();

  /** @param server Accepts the devices' connections. */
  constructor(studio: LocalStudio, server: WebSocketServer) {
    this.#studio = studio;
    this.#server = server;
    server.on("connection", (socket) => this.#greet(socket));
  }

  isConnected(projectId: number, deviceId: string): boolean {
    return this.#sessions.has(sessionKey(projectId, deviceId));
  }

  /** Devices of a project that could sample now. */
  idleDevices(projectId: number): string[] {
    return [...this.#sessions.values()]
      .filter((session) => session.projectId === projectId && !session.isSampling)
      .map(({ deviceId }) => deviceId);
  }

  /**
   * Asks a device to record, and waits until it has uploaded what it recorded.
   *
   * @throws {SamplingError} when the device is not there, is busy, gives up or falls silent.
   */
  async sample(projectId: number, deviceId: string, request: SamplingRequest): Promise<void> {
    const session = this.#sessions.get(sessionKey(projectId, deviceId));
    const project = this.#studio.projects.get(projectId);
    if (!session || !project) throw new SamplingError(`The device ${deviceId} is not connected.`);
    await session.sample(request, project.hmacKey);
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #greet(socket: WebSocket): void {
    const timer = setTimeout(() => socket.close(1008, "No hello"), HELLO_TIMEOUT_MS);
    // An error is always followed by a close.
    socket.on("error", () => undefined);
    socket.on("close", () => clearTimeout(timer));
    socket.once("message", (data, isBinary) => {
      clearTimeout(timer);
      const codec = isBinary ? CBOR : JSON_TEXT;
      try {
        this.#admit(socket, codec, parseHello(codec.read(data)));
      } catch (error) {
        const isForDevice = error instanceof DeviceMessageError || error instanceof SamplingError;
        socket.send(codec.write({ hello: false, err: isForDevice ? error.message : "Failed to parse hello" }));
        socket.close();
      }
    });
  }

  #admit(socket: WebSocket, codec: Codec, hello: Hello): void {
    const project = this.#studio.projects.findByKey(hello.apiKey);
    if (!project) throw new SamplingError("Invalid API key");
    const { deviceId, deviceType, sensors } = hello;
    this.#studio.devices.seen({ projectId: project.id, deviceId, deviceType, sensors });

    const key = sessionKey(project.id, deviceId);
    const session = new DeviceSession(project.id, deviceId, socket, codec);
    // A board that reconnects may do so before its old connection is known to be dead.
    this.#sessions.get(key)?.replace();
    this.#sessions.set(key, session);
    socket.on("close", () => {
      if (this.#sessions.get(key) === session) this.#sessions.delete(key);
      this.#studio.devices.seen({ projectId: project.id, deviceId, deviceType, sensors });
    });
    socket.send(codec.write({ hello: true, serverTimestamp: Date.now() }));
  }
}

/** One connected device, which does one thing at a time. */
class DeviceSession {
  readonly projectId: number;
  readonly deviceId: string;
  readonly #socket: WebSocket;
  readonly #codec: Codec;
  #sampling: Sampling | undefined;
  #isAlive = true;

  constructor(projectId: number, deviceId: string, socket: WebSocket, codec: Codec) {
    this.projectId = projectId;
    this.deviceId = deviceId;
    this.#socket = socket;
    this.#codec = codec;
    const ping = setInterval(() => this.#ping(), PING_MS);
    socket.on("pong", () => (this.#isAlive = true));
    socket.on("message", (data) => this.#received(data));
    socket.on("close", () => {
      clearInterval(ping);
      this.#sampling?.fail(`The device ${deviceId} disconnected while it was sampling.`);
    });
  }

  get isSampling(): boolean {
    return this.#sampling !== undefined;
  }

  async sample(request: SamplingRequest, hmacKey: string): Promise<void> {
    if (this.#sampling) throw new SamplingError(`The device ${this.deviceId} is sampling already.`);
    const sampling = new Sampling(this.deviceId, request.lengthMs + PROGRESS_TIMEOUT_MS);
    this.#sampling = sampling;
    this.#socket.send(
      this.#codec.write({
        sample: {
          label: request.label,
          length: request.lengthMs,
          path: `/api/${request.category}/data`,
          hmacKey,
          interval: request.intervalMs,
          sensor: request.sensor,
        },
      }),
    );
    await sampling.outcome.finally(() => (this.#sampling = undefined));
  }

  replace(): void {
    this.#socket.terminate();
  }

  #ping(): void {
    if (!this.#isAlive) {
      this.#socket.terminate();
      return;
    }
    this.#isAlive = false;
    this.#socket.ping();
  }

  #received(data: RawData): void {
    let message: Record<string, unknown>;
    try {
      message = this.#codec.read(data);
    } catch {
      // The mobile client sends a bare "ping" and takes this for an answer.
      this.#socket.send(this.#codec.write({ err: "Failed to parse message" }));
      return;
    }
    this.#sampling?.received(message);
  }
}

/** The hand-shake of one recording, from the request to the upload. */
class Sampling {
  readonly outcome: Promise<void>;
  readonly #deviceId: string;
  readonly #silenceMs: number;
  #settle: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(deviceId: string, silenceMs: number) {
    this.#deviceId = deviceId;
    this.#silenceMs = silenceMs;
    this.outcome = new Promise<void>((resolve, reject) => (this.#settle = { resolve, reject })).finally(() =>
      clearTimeout(this.#timer),
    );
    this.#restartTimer();
  }

  received(message: Record<string, unknown>): void {
    this.#restartTimer();
    if (message.sample === false) {
      const reason = message.error ?? message.err;
      this.fail(typeof reason === "string" ? reason : "The device refused to sample.");
    }
    if (message.sampleFinished === true) this.#settle?.resolve();
  }

  fail(reason: string): void {
    this.#settle?.reject(new SamplingError(reason));
  }

  #restartTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => this.fail(`The device ${this.#deviceId} fell silent while sampling.`),
      this.#silenceMs,
    );
  }
}

function sessionKey(projectId: number, deviceId: string): string {
  return `${projectId}/${deviceId}`;
}

/** Listens for devices. */
export function listenForDevices(host: string, port: number): Promise<WebSocketServer> {
  return new Promise((resolve, reject) => {
    const server = new WebSocketServer({
      host,
      port,
      maxPayload: LARGEST_MESSAGE_BYTES,
      perMessageDeflate: false,
      // A board sends no Origin; a page that does has to be of this machine.
      verifyClient: ({ origin }: { origin?: string }) => !origin || isLoopback(origin),
    });
    server.once("listening", () => resolve(server));
    server.once("error", reject);
  });
}

function isLoopback(origin: string): boolean {
  return URL.canParse(origin) && ["127.0.0.1", "localhost", "[::1]"].includes(new URL(origin).hostname);
}
