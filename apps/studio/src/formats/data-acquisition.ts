/**
 * Recordings in Edge Impulse's data acquisition format, JSON or CBOR.
 *
 * https://docs.edgeimpulse.com/reference/data-acquisition-format
 */
import { decode } from "cbor-x";

import { RecordingError, type Recording, type Sensor } from "./recording.ts";

/**
 * Reads a recording.
 *
 * @param format What the sender says it is.
 * @throws {RecordingError} naming the first thing that is wrong.
 */
export function parseDataAcquisition(bytes: Buffer, format: "json" | "cbor"): Recording {
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

function readValues(value: unknown, axisCount: number): Float64Array {
  if (!Array.isArray(value) || value.length === 0) {
    throw new RecordingError("payload.values has to be an array with at least one reading");
  }
  const values = new Float64Array(value.length * axisCount);
  value.forEach((row: unknown, i) => {
    // One axis may come without a bracket around each reading.
    const reading: unknown[] = Array.isArray(row) ? row : [row];
    if (reading.length !== axisCount) {
      throw new RecordingError(`payload.values[${i}] has ${reading.length} values, but there are ${axisCount} sensors`);
    }
    reading.forEach((number, a) => {
      if (typeof number !== "number" || !Number.isFinite(number)) {
        throw new RecordingError(`payload.values[${i}][${a}] has to be a finite number`);
      }
      values[i * axisCount + a] = number;
    });
  });
  return values;
}

function asObject(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RecordingError(`${name} has to be an object`);
  }
  return value as Record<string, unknown>;
}
