import type { ImpulseRecord, Snapshot } from "./impulse-record.ts";

/** What a device has been asked for, it does not do. The message says why. */
export class DeviceError extends Error {
  override readonly name = "DeviceError";
}

/** Which device of which project. */
export interface DeviceKey {
  readonly projectId: number;
  readonly deviceId: string;
}

/** How far a recording has come. */
export interface SamplingProgress extends DeviceKey {
  /** What `startSampling` answered. */
  readonly requestId: number;
  readonly phase: "requested" | "started" | "processing" | "reading" | "uploading" | "finished" | "failed";
  /** How much of the recording has been read from the device. */
  readonly percent?: number;
  /** Why it failed. */
  readonly error?: string;
  /** The recording, once it has finished. */
  readonly sampleId?: number;
  /** What is odd about a recording that has finished. */
  readonly warning?: string;
}

/** Somebody's view of a stream. Several can share one stream of a device. */
export interface StreamKey extends DeviceKey {
  /** What the call that started the stream answered. */
  readonly streamId: number;
}

/** What happens to devices. A consumer in the process reads this; the socket tells the same to others. */
export interface DeviceEvents {
  connected: [device: DeviceKey];
  disconnected: [device: DeviceKey];
  sampling: [progress: SamplingProgress];
  /** A live window, once for each stream that follows the device. */
  record: [record: StreamKey & ImpulseRecord];
  snapshot: [snapshot: StreamKey & Snapshot];
  "stream-ended": [stream: StreamKey & { readonly reason: string }];
}
