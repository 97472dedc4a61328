import type { EventEmitter } from "node:events";

import type { RawData, WebSocket } from "ws";

import type { Codec } from "./codec.ts";
import { DebugStream, INFERENCE_WORDS, SNAPSHOT_WORDS, type StreamTimes } from "./debug-stream.ts";
import { DeviceError, type DeviceEvents, type DeviceKey, type SamplingProgress } from "./device-events.ts";
import { parseImpulseRecord, parseSnapshot } from "./impulse-record.ts";
import { Sampling, sampleMessage, type SamplingRequest, type SamplingTimes } from "./sampling.ts";
import { DeviceMessageError, type Fields } from "./wire-values.ts";

export interface SessionTimes {
  readonly pingMs: number;
  readonly sampling: SamplingTimes;
  readonly streams: StreamTimes;
}

interface SessionParts {
  readonly device: DeviceKey;
  readonly socket: WebSocket;
  readonly codec: Codec;
  readonly times: SessionTimes;
  /** Told of sampling and streams. */
  readonly events: EventEmitter<DeviceEvents>;
  /** Told of each message that has been understood as one. */
  readonly onMessage: (message: Fields) => void;
}

/** A device that does not read what it is sent. */
const MOST_UNREAD_BYTES = 1024 * 1024;

/** One connected device. It records one thing at a time. */
export class DeviceSession {
  readonly device: DeviceKey;
  readonly inference: DebugStream;
  readonly snapshots: DebugStream;
  readonly #parts: SessionParts;
  #sampling: Sampling | undefined;
  #isAlive = true;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.device = parts.device;
    const { socket, times, events, device } = parts;
    const common = {
      deviceId: device.deviceId,
      times: times.streams,
      send: (message: object) => this.send(message),
      onEnded: (streamId: number, reason: string) => events.emit("stream-ended", { ...device, streamId, reason }),
    };
    this.inference = new DebugStream({ ...common, words: INFERENCE_WORDS });
    this.snapshots = new DebugStream({ ...common, words: SNAPSHOT_WORDS });
    const ping = setInterval(() => this.#ping(), times.pingMs);
    socket.on("pong", () => (this.#isAlive = true));
    socket.on("close", () => {
      clearInterval(ping);
      this.#sampling?.fail(`The device ${device.deviceId} disconnected while it was sampling.`);
      for (const stream of [this.inference, this.snapshots]) stream.end(`The device ${device.deviceId} disconnected.`);
    });
  }

  get isSampling(): boolean {
    return this.#sampling !== undefined;
  }

  /**
   * Asks the device to record.
   *
   * @returns When the device says that it has uploaded what it recorded; it can give up, fall silent or leave instead,
   *   which is a {@link DeviceError}.
   * @throws {DeviceError} at once when the device is busy.
   */
  sample(
    request: SamplingRequest,
    hmacKey: string,
    tell: (progress: Pick<SamplingProgress, "phase" | "percent">) => void,
  ): Promise<void> {
    const { deviceId } = this.device;
    if (this.#sampling) throw new DeviceError(`The device ${deviceId} is sampling already.`);
    this.#sampling = new Sampling(deviceId, request.lengthMs, this.#parts.times.sampling, tell);
    this.send(sampleMessage(request, hmacKey));
    return this.#sampling.outcome.finally(() => (this.#sampling = undefined));
  }

  send(message: object): void {
    const { socket, codec } = this.#parts;
    if (socket.bufferedAmount > MOST_UNREAD_BYTES) socket.terminate();
    else socket.send(codec.write(message));
  }

  /** Ends the connection because the device has a newer one. */
  replace(): void {
    this.#parts.socket.terminate();
  }

  received(data: RawData): void {
    let message: Fields;
    try {
      message = this.#parts.codec.read(data);
    } catch {
      this.send({ err: "Failed to parse message" });
      return;
    }
    if ("impulseRecord" in message || "impulseRecordsResponse" in message) this.#takeRecord(message);
    else if ("snapshotFrame" in message) this.#takeSnapshot(message);
    this.#sampling?.received(message);
    this.inference.received(message);
    this.snapshots.received(message);
    this.#parts.onMessage(message);
  }

  /**
   * Acknowledges a record and hands it on. A runner takes the very next message for the answer to its record, and turns
   * its stream off when that is no acknowledgement, as it should for a record that nobody wants.
   */
  #takeRecord(message: Fields): void {
    const { index } = message;
    const { followers } = this.inference;
    try {
      // Nobody here asks for old records, the other kind that is acknowledged.
      if (followers.length === 0 || !("impulseRecord" in message)) {
        throw new DeviceMessageError("Nobody has asked for this record.");
      }
      const record = parseImpulseRecord(message);
      this.send({ impulseRecordAck: true, index });
      for (const streamId of followers) this.#parts.events.emit("record", { ...this.device, streamId, ...record });
    } catch (error) {
      if (!(error instanceof DeviceMessageError)) throw error;
      this.send({ impulseRecordAck: false, index: typeof index === "number" ? index : 0, error: error.message });
    }
  }

  #takeSnapshot(message: Fields): void {
    const { followers } = this.snapshots;
    if (followers.length === 0) return;
    try {
      const snapshot = parseSnapshot(message);
      for (const streamId of followers) this.#parts.events.emit("snapshot", { ...this.device, streamId, ...snapshot });
    } catch (error) {
      if (!(error instanceof DeviceMessageError)) throw error;
      this.send({ err: error.message });
    }
  }

  #ping(): void {
    const { socket } = this.#parts;
    if (!this.#isAlive) {
      socket.terminate();
      return;
    }
    this.#isAlive = false;
    socket.ping();
  }
}
