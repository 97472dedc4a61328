/**
 * A recording, whatever file it came in: who recorded, how fast, which axes, and every reading.
 */

/** What a recording says about itself. */
export interface Recording {
  readonly deviceName: string | undefined;
  readonly deviceType: string;
  /** Time between two readings, ms. */
  readonly intervalMs: number;
  /** The axes, in the order of the readings' values. */
  readonly sensors: readonly Sensor[];
  /** Readings one after another, each with all axes. Shape `[readings * axes]`. */
  readonly values: Float64Array;
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

/** More numbers than this, in all readings together, are refused: 480 MB as `Float64Array`, 100 MB as 16-bit audio. */
export const MOST_VALUES = 60_000_000;

/** More axes than this are refused. */
export const MOST_AXES = 1_000;

/** A file format without a place for a signature. */
export const UNSIGNED: Signature = { method: "none", text: "" };

/** What files without a device are said to come from, as Edge Impulse's own importer says. */
export const UPLOADER_DEVICE_TYPE = "EDGE_IMPULSE_UPLOADER";

export function readingCount({ values, sensors }: Pick<Recording, "values" | "sensors">): number {
  return values.length / sensors.length;
}

/**
 * The readings as rows, each with a value per axis, as the API's JSON has them.
 *
 * @param every Takes only each so-manieth reading, the first one included.
 */
export function readingRows(recording: Pick<Recording, "values" | "sensors">, every = 1): number[][] {
  const { values, sensors } = recording;
  const rows = Math.ceil(readingCount(recording) / every);
  return Array.from({ length: rows }, (_, i) => {
    const start = i * every * sensors.length;
    return [...values.subarray(start, start + sensors.length)];
  });
}

/** The recording with only its readings from one index up to another; indices as for `Array.prototype.slice`. */
export function sliceReadings(recording: Recording, from: number, to: number): Recording {
  const { values, sensors } = recording;
  return { ...recording, values: values.slice(from * sensors.length, to * sensors.length) };
}
