/**
 * Recordings in Edge Impulse's data acquisition format, JSON or CBOR.
 *
 * https://docs.edgeimpulse.com/reference/data-acquisition-format
 */
import { createHmac, timingSafeEqual } from "node:crypto";

import { decode } from "cbor-x";

/** What a recording says about itself. */
export interface Recording {
  readonly deviceName: string | undefined;
  readonly deviceType: string;
  /** Time between two readings, ms. */
  readonly intervalMs: number;
  readonly sensors: readonly Sensor[];
  /** Shape `[readings][axes]`. */
  readonly values: readonly (readonly number[])[];
  readonly signature: Signature;
}

export interface Sensor {
  readonly name: string;
  readonly units: string;
}

export interface Signature {
  readonly method: "HS256" | "none";
  /** 64 hex digits as they stand in the file; something else for an unsigned file. */
  readonly text: string;
}

/** The bytes are not a recording. The message is for the person who sent them. */
export class RecordingError extends Error {
  override readonly name = "RecordingError";
}

/**
 * Reads a recording.
 *
 * @param format What the sender says it is.
 * @throws {RecordingError} naming the first thing that is wrong.
 */
export function parseRecording(bytes: Buffer, format: "json" | "cbor"): Recording {
  const document = asObject(parse(bytes, format), "The file");
  const header = asObject(document.protected, "protected");
  const payload = asObject(document.payload, "payload");
  const sensors = readSensors(payload.sensors);
  const intervalMs = Number(payload.interval_ms);
  if (!(intervalMs > 0 && Number.isFinite(intervalMs))) {
    throw new RecordingError(`payload.interval_ms has to be a number above 0, and is ${String(payload.interval_ms)}`);
  }
  return {
    deviceName: typeof payload.device_name === "string" ? payload.device_name : undefined,
    deviceType: typeof payload.device_type === "string" ? payload.device_type : "UNKNOWN",
    intervalMs,
    sensors,
    values: readValues(payload.values, sensors.length),
    signature: {
      method: header.alg === "HS256" ? "HS256" : "none",
      text: typeof document.signature === "string" ? document.signature : "",
    },
  };
}

/**
 * Whether a file is signed with this key: HMAC-SHA256 over the very bytes of the file, with 64 zeros where the
 * signature stands. The text of the key is the key.
 */
export function isSignedWith(bytes: Buffer, { method, text }: Signature, hmacKey: string): boolean {
  const at = bytes.indexOf(text, 0, "latin1");
  if (method !== "HS256" || !/^[0-9a-f]{64}$/i.test(text) || at === -1) return false;
  const digest = createHmac("sha256", hmacKey)
    .update(bytes.subarray(0, at))
    .update("0".repeat(64))
    .update(bytes.subarray(at + 64))
    .digest();
  return timingSafeEqual(digest, Buffer.from(text, "hex"));
}

/** Signs an encoded recording whose signature is 64 zeros, in place. */
export function sign(bytes: Buffer, hmacKey: string): void {
  const zeros = "0".repeat(64);
  const at = bytes.indexOf(zeros, 0, "latin1");
  if (at === -1) throw new RangeError("The recording has no place for a signature: 64 zeros.");
  bytes.write(createHmac("sha256", hmacKey).update(bytes).digest("hex"), at, "latin1");
}

function parse(bytes: Buffer, format: "json" | "cbor"): unknown {
  try {
    return format === "json" ? JSON.parse(bytes.toString("utf8")) : decode(bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RecordingError(`Could not parse this ${format.toUpperCase()} file: ${reason}`, { cause });
  }
}

function readSensors(value: unknown): Sensor[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new RecordingError("payload.sensors has to be an array with at least one sensor");
  }
  return value.map((item, i) => {
    const { name, units } = asObject(item, `payload.sensors[${i}]`);
    if (typeof name !== "string") throw new RecordingError(`payload.sensors[${i}].name has to be a text`);
    return { name, units: typeof units === "string" ? units : "N/A" };
  });
}

function readValues(value: unknown, axisCount: number): number[][] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new RecordingError("payload.values has to be an array with at least one reading");
  }
  return value.map((row: unknown, i) => {
    // One axis may come without a bracket around each reading.
    const reading: unknown[] = Array.isArray(row) ? row : [row];
    if (reading.length !== axisCount) {
      throw new RecordingError(`payload.values[${i}] has ${reading.length} values, but there are ${axisCount} sensors`);
    }
    const wrong = reading.findIndex((number) => typeof number !== "number" || !Number.isFinite(number));
    if (wrong !== -1) throw new RecordingError(`payload.values[${i}][${wrong}] has to be a finite number`);
    return reading as number[];
  });
}

function asObject(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RecordingError(`${name} has to be an object`);
  }
  return value as Record<string, unknown>;
}
