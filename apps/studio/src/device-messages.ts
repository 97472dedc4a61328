/** What devices and remote management say to each other, in JSON or in CBOR. */
import { decode, encode } from "cbor-x";
import type { RawData } from "ws";

import type { DeviceSensor } from "./devices.ts";

/** A device's message cannot be understood. The message is for the device's log. */
export class DeviceMessageError extends Error {
  override readonly name = "DeviceMessageError";
}

/** How a device introduces itself. */
export interface Hello {
  readonly apiKey: string;
  readonly deviceId: string;
  readonly deviceType: string;
  readonly sensors: readonly DeviceSensor[];
}

/**
 * Reads a hello of any version.
 *
 * @throws {DeviceMessageError} when it lacks what makes a device.
 */
export function parseHello(message: Record<string, unknown>): Hello {
  const hello = message.hello as Record<string, unknown> | null | undefined;
  if (typeof hello !== "object" || hello === null) throw new DeviceMessageError("The first message has to be hello.");
  const { apiKey, deviceId, deviceType, sensors } = hello;
  if (typeof apiKey !== "string" || typeof deviceId !== "string" || deviceId === "") {
    throw new DeviceMessageError("hello needs apiKey and deviceId.");
  }
  return {
    apiKey,
    deviceId,
    deviceType: typeof deviceType === "string" ? deviceType : "UNKNOWN",
    sensors: Array.isArray(sensors) ? sensors.map(parseSensor) : [],
  };
}

/** The first version of hello had just the names of sensors. */
function parseSensor(sensor: unknown): DeviceSensor {
  if (typeof sensor !== "object" || sensor === null) {
    return { name: String(sensor), maxSampleLengthS: 60, frequencies: [] };
  }
  const { name, maxSampleLengthS, frequencies } = sensor as Record<string, unknown>;
  return {
    name: String(name),
    maxSampleLengthS: typeof maxSampleLengthS === "number" ? maxSampleLengthS : 60,
    frequencies: Array.isArray(frequencies) ? frequencies.filter((frequency) => typeof frequency === "number") : [],
  };
}

/** How a device speaks; its first message decides. */
export interface Codec {
  read(data: RawData): Record<string, unknown>;
  write(message: object): string | Buffer;
}

export const JSON_TEXT: Codec = {
  read: (data) => asMessage(JSON.parse(toBuffer(data).toString("utf8"))),
  write: (message) => JSON.stringify(message),
};

export const CBOR: Codec = {
  read: (data) => asMessage(decode(toBuffer(data))),
  write: (message) => encode(message),
};

function asMessage(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw new DeviceMessageError("A message has to be an object.");
  return value as Record<string, unknown>;
}

function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
