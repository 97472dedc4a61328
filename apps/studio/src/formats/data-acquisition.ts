/**
 * Recordings in Edge Impulse's data acquisition format, JSON or CBOR.
 *
 * CBOR may carry its readings in binary: `values` names their type, and they follow the CBOR, little-endian.
 *
 * https://docs.edgeimpulse.com/reference/data-acquisition-format
 */
import { decode } from "cbor-x";

import { findCborItem } from "./cbor-item.ts";
import { MOST_AXES, MOST_VALUES, RecordingError, type Recording, type Sensor } from "./recording.ts";

/** Commas and brackets of a JSON file; more would take gigabytes as JavaScript's arrays. */
const MOST_JSON_PARTS = 10_000_000;

/** 10 MHz, and a reading a month. */
const SHORTEST_INTERVAL_MS = 0.0001;
const LONGEST_INTERVAL_MS = 31 * 24 * 3_600_000;

const LONGEST_TEXT = 1_000;

/**
 * Reads a recording.
 *
 * @throws {RecordingError} naming the first thing that is wrong.
 */
export function parseDataAcquisition(bytes: Buffer, format: "json" | "cbor"): Recording {
  const { root, rest } = format === "json" ? { root: parseJson(bytes), rest: undefined } : parseCbor(bytes);
  const document = asObject(root, "The file");
  const header = asObject(document.protected, "protected");
  const payload = asObject(document.payload, "payload");
  const sensors = readSensors(payload.sensors);
  return {
    deviceName: readText(payload.device_name, "payload.device_name"),
    deviceType: readText(payload.device_type, "payload.device_type") ?? "UNKNOWN",
    intervalMs: readInterval(payload.interval_ms),
    sensors,
    values: readBinaryValues(payload.values, sensors, rest) ?? readValues(payload.values, sensors.length),
    signature: {
      method: header.alg === "HS256" ? "HS256" : "none",
      text: typeof document.signature === "string" ? document.signature : "",
    },
  };
}

function parseJson(bytes: Buffer): unknown {
  if (hasMoreParts(bytes, MOST_JSON_PARTS)) {
    throw new RecordingError(
      `Could not parse this JSON file: it has more than ${MOST_JSON_PARTS} values; send long recordings as WAV or CBOR.`,
    );
  }
  try {
    return JSON.parse(bytes.toString("utf8").replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw unreadable("JSON", cause);
  }
}

const COMMA = 0x2c;
const BRACKET = 0x5b;

function hasMoreParts(bytes: Buffer, most: number): boolean {
  if (bytes.length <= most) return false;
  let parts = 0;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === COMMA || bytes[i] === BRACKET) parts++;
  return parts > most;
}

/** What follows the CBOR; a device may fill its memory's last page up, or append readings in binary. */
interface Rest {
  readonly bytes: Buffer;
  /** Whether the CBOR's own last byte closes something of indefinite length. */
  readonly followsBreak: boolean;
}

function parseCbor(bytes: Buffer): { root: unknown; rest: Rest } {
  const { start, end } = findCborItem(bytes);
  try {
    const root: unknown = decode(bytes.subarray(start, end));
    return { root, rest: { bytes: bytes.subarray(end), followsBreak: bytes[end - 1] === 0xff } };
  } catch (cause) {
    throw unreadable("CBOR", cause);
  }
}

function unreadable(format: string, cause: unknown): RecordingError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RecordingError(`Could not parse this ${format} file: ${reason}`, { cause });
}

function readSensors(value: unknown): Sensor[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new RecordingError("payload.sensors has to be an array with at least one sensor");
  }
  if (value.length > MOST_AXES) {
    throw new RecordingError(`payload.sensors has ${value.length} sensors; a recording may have ${MOST_AXES}`);
  }
  return value.map((item, i) => {
    const sensor = asObject(item, `payload.sensors[${i}]`);
    const name = readText(sensor.name, `payload.sensors[${i}].name`);
    if (name === undefined) throw new RecordingError(`payload.sensors[${i}].name has to be a text`);
    return { name, units: readText(sensor.units, `payload.sensors[${i}].units`) ?? "N/A" };
  });
}

function readInterval(value: unknown): number {
  const intervalMs = toNumber(value);
  if (intervalMs === undefined || !(intervalMs > 0)) {
    throw new RecordingError(`payload.interval_ms has to be a number above 0, and is ${describe(value)}`);
  }
  if (intervalMs < SHORTEST_INTERVAL_MS || intervalMs > LONGEST_INTERVAL_MS) {
    throw new RecordingError(
      `payload.interval_ms is ${intervalMs}; it has to be between ${SHORTEST_INTERVAL_MS} and ${LONGEST_INTERVAL_MS}`,
    );
  }
  return intervalMs;
}

function readValues(value: unknown, axisCount: number): Float64Array {
  if (!Array.isArray(value) || value.length === 0) {
    throw new RecordingError("payload.values has to be an array with at least one reading");
  }
  // Before the memory for all of them: a short array of a thousand sensors costs its sender nothing.
  readReading(value[0], 0, axisCount);
  if (value.length * axisCount > MOST_VALUES) {
    throw new RecordingError(`payload.values has more than ${MOST_VALUES} values`);
  }
  const values = new Float64Array(value.length * axisCount);
  value.forEach((row: unknown, i) => {
    readReading(row, i, axisCount).forEach((item, a) => {
      const number = toNumber(item);
      if (number === undefined) throw new RecordingError(`payload.values[${i}][${a}] has to be a finite number`);
      values[i * axisCount + a] = number;
    });
  });
  return values;
}

/** One axis may come without a bracket around each reading. */
function readReading(row: unknown, i: number, axisCount: number): readonly unknown[] {
  const reading: readonly unknown[] = Array.isArray(row) ? row : [row];
  if (reading.length === axisCount) return reading;
  throw new RecordingError(`payload.values[${i}] has ${reading.length} values, but there are ${axisCount} sensors`);
}

/** How each type of binary readings is read, and the bytes of one. */
const BINARY_TYPES = {
  i8: { width: 1, read: (bytes: Buffer, at: number) => bytes.readInt8(at) },
  u8: { width: 1, read: (bytes: Buffer, at: number) => bytes.readUInt8(at) },
  i16: { width: 2, read: (bytes: Buffer, at: number) => bytes.readInt16LE(at) },
  u16: { width: 2, read: (bytes: Buffer, at: number) => bytes.readUInt16LE(at) },
  i32: { width: 4, read: (bytes: Buffer, at: number) => bytes.readInt32LE(at) },
  u32: { width: 4, read: (bytes: Buffer, at: number) => bytes.readUInt32LE(at) },
  f32: { width: 4, read: (bytes: Buffer, at: number) => bytes.readFloatLE(at) },
} as const;

/** The readings after the CBOR, when `values` refers to them as in `["Ref-Binary-i16"]`. */
function readBinaryValues(
  value: unknown,
  sensors: readonly Sensor[],
  rest: Rest | undefined,
): Float64Array | undefined {
  const reference: unknown = Array.isArray(value) && value.length === 1 ? value[0] : undefined;
  if (typeof reference !== "string" || !reference.startsWith("Ref-")) return undefined;
  // Devices fill the text up with spaces, so that the data begins where their memory likes it.
  const type = /^Ref-Binary-([a-z0-9]+) *$/i.exec(reference)?.[1]?.toLowerCase();
  if (type === undefined || !isBinaryType(type)) {
    const types = Object.keys(BINARY_TYPES).join(", ");
    throw new RecordingError(`payload.values refers to ${describe(reference)}; Ref-Binary- takes ${types}`);
  }
  if (rest === undefined) throw new RecordingError("Only CBOR can have a binary payload");
  if (sensors.length !== 1) {
    throw new RecordingError(`A binary payload is for one sensor, and there are ${sensors.length}`);
  }
  const { width, read } = BINARY_TYPES[type];
  const data = withoutTerminator(rest, width);
  if (data.length === 0 || data.length % width !== 0) {
    throw new RecordingError(`The binary payload has ${data.length} bytes, not a whole number of ${type} values`);
  }
  const count = data.length / width;
  if (count > MOST_VALUES) throw new RecordingError(`The binary payload has more than ${MOST_VALUES} values`);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const number = read(data, i * width);
    if (!Number.isFinite(number)) throw new RecordingError(`payload.values[${i}] has to be a finite number`);
    values[i] = number;
  }
  return values;
}

function isBinaryType(type: string): type is keyof typeof BINARY_TYPES {
  return Object.hasOwn(BINARY_TYPES, type);
}

/** 0xFF ends the header. It closes an array of indefinite length, or stands on its own after a definite one. */
function withoutTerminator({ bytes, followsBreak }: Rest, width: number): Buffer {
  const isTerminated = !followsBreak && bytes[0] === 0xff && (bytes.length - 1) % width === 0;
  return isTerminated ? bytes.subarray(1) : bytes;
}

/** CBOR's 64-bit integers come as bigint. */
function toNumber(value: unknown): number | undefined {
  const number = typeof value === "bigint" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

function readText(value: unknown, name: string): string | undefined {
  if (typeof value !== "string") return undefined;
  if (value.length > LONGEST_TEXT) throw new RecordingError(`${name} has more than ${LONGEST_TEXT} characters`);
  return value;
}

/** For a message, whatever the sender put there. */
function describe(value: unknown): string {
  return typeof value === "string"
    ? JSON.stringify(value.slice(0, 50))
    : typeof value === "number"
      ? String(value)
      : typeof value;
}

function asObject(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RecordingError(`${name} has to be an object`);
  }
  return value as Record<string, unknown>;
}
