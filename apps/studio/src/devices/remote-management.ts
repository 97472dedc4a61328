/**
 * Remote management: devices connect by WebSocket, say hello, and are asked to sample or to stream what their model says.
 *
 * What happens to them is told as {@link DeviceEvents}. A device speaks JSON or CBOR, as its hello does.
 *
 * https://docs.edgeimpulse.com/apis/remote-management
 */
import { EventEmitter, once } from "node:events";

import type { RawData, WebSocket, WebSocketServer } from "ws";

import type { LocalStudio } from "../local-studio.ts";
import { CBOR, isTextPing, JSON_TEXT, type Codec } from "./codec.ts";
import { STREAM_TIMES, type DebugStream } from "./debug-stream.ts";
import { DeviceError, type DeviceEvents, type DeviceKey, type SamplingProgress } from "./device-events.ts";
import { DeviceSession, type SessionTimes } from "./device-session.ts";
import { parseHello, parseInferenceInfo, type Hello } from "./hello.ts";
import { parseInferenceSummary } from "./inference-summary.ts";
import { MessageBudget } from "./message-budget.ts";
import { SAMPLING_TIMES, type SamplingRequest } from "./sampling.ts";
import { DeviceMessageError, type Fields } from "./wire-values.ts";

/** How long things may take. */
export interface DeviceTimes extends SessionTimes {
  readonly helloMs: number;
}

const DEVICE_TIMES: DeviceTimes = {
  helloMs: 10_000,
  pingMs: 30_000,
  sampling: SAMPLING_TIMES,
  streams: STREAM_TIMES,
};

/** A device that talks all the time is not written down each time. */
const LAST_SEEN_PRECISION_MS = 10_000;
/** A recording is one file. */
const MOST_NEW_SAMPLES = 100;

/** The devices that are connected right now. */
export class RemoteManagement extends EventEmitter<DeviceEvents> {
  readonly #studio: LocalStudio;
  readonly #server: WebSocketServer;
  readonly #log: (line: string) => void;
  readonly #times: DeviceTimes;
  readonly #sessions = new Map<string, DeviceSession>();
  #lastRequestId = 0;
  #lastStreamId = 0;

  /**
   * @param server Accepts the devices' connections.
   * @param log Told what goes wrong with devices, a line each.
   */
  constructor(
    studio: LocalStudio,
    server: WebSocketServer,
    log: (line: string) => void = () => undefined,
    times: DeviceTimes = DEVICE_TIMES,
  ) {
    super();
    this.#studio = studio;
    this.#server = server;
    this.#log = log;
    this.#times = times;
    server.on("connection", (socket) => this.#greet(socket));
  }

  /** Where devices connect, such as `127.0.0.1:4802`. */
  get host(): string {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? `${address.address}:${address.port}` : "";
  }

  isConnected(projectId: number, deviceId: string): boolean {
    return this.#sessions.has(sessionKey({ projectId, deviceId }));
  }

  connectedDevices(projectId: number): DeviceKey[] {
    return [...this.#sessions.values()].map(({ device }) => device).filter((device) => device.projectId === projectId);
  }

  /** Devices of a project that could sample now. */
  idleDevices(projectId: number): string[] {
    return [...this.#sessions.values()]
      .filter(({ device, isSampling }) => device.projectId === projectId && !isSampling)
      .map(({ device }) => device.deviceId);
  }

  /**
   * Asks a device to record, and waits until it has uploaded what it recorded.
   *
   * @throws {DeviceError} when the device is not there, is busy, gives up or falls silent.
   */
  async sample(projectId: number, deviceId: string, request: SamplingRequest): Promise<void> {
    await this.#sample({ projectId, deviceId }, request).outcome;
  }

  /**
   * Asks a device to record, and does not wait.
   *
   * @returns Number of the request, which the events of its progress have.
   * @throws {DeviceError} when the device is not there or is busy.
   */
  startSampling(projectId: number, deviceId: string, request: SamplingRequest): number {
    const { requestId, outcome } = this.#sample({ projectId, deviceId }, request);
    outcome.catch((error: Error) => this.#log(error.message));
    return requestId;
  }

  /**
   * Has a device send what its model says, as `record` events, until nobody keeps the stream alive.
   *
   * @returns Number of the stream.
   * @throws {DeviceError} when the device is not there or refuses.
   */
  async startInferenceStream(projectId: number, deviceId: string): Promise<number> {
    const { inference } = this.#find({ projectId, deviceId });
    const streamId = ++this.#lastStreamId;
    await inference.follow(streamId);
    return streamId;
  }

  /**
   * Has a device send pictures of its camera, as `snapshot` events, until nobody keeps the stream alive. A camera that is
   * on already keeps its resolution.
   *
   * @returns Number of the stream.
   * @throws {DeviceError} when the device is not there or refuses.
   */
  async startSnapshotStream(projectId: number, deviceId: string, resolution: "high" | "low"): Promise<number> {
    const { snapshots } = this.#find({ projectId, deviceId });
    const streamId = ++this.#lastStreamId;
    await snapshots.follow(streamId, { startSnapshot: true, resolution });
    return streamId;
  }

  /** @throws {DeviceError} when there is no such stream, or not any more. */
  keepStreamAlive(projectId: number, deviceId: string, streamId: number): void {
    this.#withStream({ projectId, deviceId }, streamId, (stream) => stream.keepAlive(streamId));
  }

  /** @throws {DeviceError} when there is no such stream, or not any more. */
  stopStream(projectId: number, deviceId: string, streamId: number): void {
    this.#withStream({ projectId, deviceId }, streamId, (stream) => stream.leave(streamId, "It was stopped."));
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    // What is left to write down is written when a connection has ended, so each has to have.
    const ended = [...this.#server.clients].map(async (socket) => {
      const closed = once(socket, "close");
      socket.terminate();
      await closed;
    });
    await Promise.all(ended);
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #find(device: DeviceKey): DeviceSession {
    const session = this.#sessions.get(sessionKey(device));
    if (session) return session;
    throw new DeviceError(`The device ${device.deviceId} is not connected.`);
  }

  #withStream(device: DeviceKey, streamId: number, use: (stream: DebugStream) => boolean): void {
    const session = this.#sessions.get(sessionKey(device));
    if (session && [session.inference, session.snapshots].some(use)) return;
    throw new DeviceError(`The device ${device.deviceId} has no stream ${streamId} (any more).`);
  }

  #sample(device: DeviceKey, request: SamplingRequest): { requestId: number; outcome: Promise<void> } {
    const { projectId, deviceId } = device;
    const session = this.#find(device);
    const project = this.#studio.projects.get(projectId);
    if (!project) throw new DeviceError(`There is no project ${projectId} any more.`);
    const { samples } = this.#studio;
    const [newest] = samples.list(projectId, { category: "all" }, { limit: 1, offset: 0 });
    const requestId = this.#lastRequestId + 1;
    const tell = (progress: Omit<SamplingProgress, "projectId" | "deviceId" | "requestId">) =>
      void this.emit("sampling", { projectId, deviceId, requestId, ...progress });

    const recorded = session.sample(request, project.hmacKey, tell);
    this.#lastRequestId = requestId;
    const outcome = recorded.then(
      () => {
        const page = { limit: MOST_NEW_SAMPLES, offset: 0 };
        const uploaded = samples
          .list(projectId, { category: "all", minId: (newest?.id ?? 0) + 1 }, page)
          .find(({ deviceName }) => deviceName === undefined || deviceName === deviceId);
        if (uploaded) {
          tell({ phase: "finished", sampleId: uploaded.id });
          return;
        }
        const warning = `The device ${deviceId} says it has finished, and has not uploaded any recording of its own.`;
        this.#log(warning);
        tell({ phase: "finished", warning });
      },
      (error: unknown) => {
        tell({ phase: "failed", error: error instanceof Error ? error.message : String(error) });
        throw error;
      },
    );
    return { requestId, outcome };
  }

  #greet(socket: WebSocket): void {
    const timer = setTimeout(() => socket.close(1008, "No hello"), this.#times.helloMs);
    const budget = new MessageBudget();
    let session: DeviceSession | undefined;
    // An error is always followed by a close.
    socket.on("error", () => undefined);
    socket.on("close", () => clearTimeout(timer));
    socket.on("message", (data, isBinary) => {
      // Messages still come in after this side has said that it closes.
      if (socket.readyState !== socket.OPEN) return;
      if (!budget.take(Date.now())) {
        this.#log(`A device sends too many messages${session ? `: ${session.device.deviceId}` : ""}.`);
        socket.close(1008, "Too many messages");
      } else if (isTextPing(data, isBinary)) {
        socket.send("pong");
      } else if (session) {
        this.#receive(session, socket, data);
      } else {
        clearTimeout(timer);
        session = this.#answerHello(socket, isBinary ? CBOR : JSON_TEXT, data);
      }
    });
  }

  #receive(session: DeviceSession, socket: WebSocket, data: RawData): void {
    try {
      session.received(data);
    } catch (error) {
      // A full disk, say, must not cost the other devices their connections.
      this.#log(`A message of the device ${session.device.deviceId} cannot be dealt with: ${String(error)}`);
      socket.close(1011, "The local Studio made a mistake");
    }
  }

  #answerHello(socket: WebSocket, codec: Codec, data: RawData): DeviceSession | undefined {
    try {
      return this.#admit(socket, codec, parseHello(codec.read(data)));
    } catch (error) {
      const isForDevice = error instanceof DeviceMessageError || error instanceof DeviceError;
      if (!isForDevice) this.#log(`A device's hello cannot be read: ${String(error)}`);
      socket.send(codec.write({ hello: false, err: isForDevice ? error.message : "Failed to parse hello" }));
      socket.close();
      return undefined;
    }
  }

  #admit(socket: WebSocket, codec: Codec, hello: Hello): DeviceSession {
    const { apiKey, deviceId, ...introduction } = hello;
    const project = this.#studio.projects.findByKey(apiKey);
    if (!project) throw new DeviceError("Invalid API key");
    const device = { projectId: project.id, deviceId };
    this.#studio.devices.introduced(project.id, deviceId, introduction);

    const heard = { at: Date.now(), writtenAt: Date.now() };
    const write = () => {
      this.#studio.devices.heardFrom(project.id, deviceId, new Date(heard.at));
      heard.writtenAt = heard.at;
    };
    const onMessage = (message: Fields) => {
      heard.at = Date.now();
      if (heard.at - heard.writtenAt >= LAST_SEEN_PRECISION_MS) write();
      this.#keepReport(device, message, hello);
    };
    const session = new DeviceSession({ device, socket, codec, times: this.#times, events: this, onMessage });

    const key = sessionKey(device);
    // A board that reconnects may do so before its old connection is known to be dead.
    const earlier = this.#sessions.get(key);
    this.#sessions.set(key, session);
    earlier?.replace();
    socket.on("close", () => {
      if (this.#sessions.get(key) !== session) return;
      this.#sessions.delete(key);
      write();
      this.emit("disconnected", device);
    });
    session.send({ hello: true, serverTimestamp: Date.now() });
    this.emit("connected", device);
    return session;
  }

  /** Keeps what a device tells of its model without having been asked. Nothing here is answered. */
  #keepReport({ projectId, deviceId }: DeviceKey, message: Fields, { inferenceInfo }: Hello): void {
    try {
      if ("inferenceSummary" in message) {
        const summary = parseInferenceSummary(message.inferenceSummary);
        const current = this.#studio.devices.get(projectId, deviceId)?.inferenceInfo ?? inferenceInfo;
        this.#studio.inferenceHistory.add(projectId, deviceId, current?.deploymentVersion ?? 0, [summary]);
      } else if (message.modelUpdateSuccess === true) {
        const updated = parseInferenceInfo(message.inferenceInfo, "inferenceInfo");
        this.#studio.devices.setInferenceInfo(projectId, deviceId, updated);
      }
    } catch (error) {
      if (!(error instanceof DeviceMessageError)) throw error;
      this.#log(`The device ${deviceId} reports what cannot be used: ${error.message}`);
    }
  }
}

function sessionKey({ projectId, deviceId }: DeviceKey): string {
  return `${projectId}/${deviceId}`;
}
