import {
  DeviceMessageError,
  requireFields,
  requireList,
  requireNumber,
  requireText,
  requireWholeNumber,
  type Fields,
} from "./wire-values.ts";

/** What a model on a device says of one window. */
export interface ImpulseRecord {
  /** The device's own count of its results. */
  readonly index: number;
  /** Unix time in ms, by the device's clock. */
  readonly timestamp: number;
  readonly result: InferenceResult;
  /** In ms. */
  readonly timing: { readonly dsp: number; readonly classification: number; readonly anomaly: number };
  readonly rawData: RawData | undefined;
}

/** In the words of Edge Impulse's runners, since clients of theirs read it too. */
export interface InferenceResult {
  /** Class to score. */
  readonly classification?: Readonly<Record<string, number>>;
  readonly anomaly?: number;
  readonly bounding_boxes?: readonly Box[];
  readonly visual_anomaly_grid?: readonly Box[];
  readonly visual_anomaly_max?: number;
  readonly visual_anomaly_mean?: number;
}

/** In pixels of the model's input. */
export interface Box {
  readonly label: string;
  readonly value: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What the model has heard or seen. */
export interface RawData {
  readonly type: "wav" | "jpg";
  readonly bufferBase64: string;
}

/** A picture of a device's camera. */
export interface Snapshot {
  /** A JPEG in Base64. */
  readonly frame: string;
  readonly fileName: string;
}

const MOST_CLASSES = 2_000;
const MOST_BOXES = 10_000;

/** @throws {DeviceMessageError} when it is not a record. */
export function parseImpulseRecord(message: Fields): ImpulseRecord {
  const { result, timing = {} } = requireFields(message.impulseRecord, "impulseRecord");
  const times = requireFields(timing, "impulseRecord.timing");
  return {
    index: requireWholeNumber(message.index, "index"),
    timestamp: requireNumber(message.timestamp, "timestamp"),
    result: parseResult(requireFields(result, "impulseRecord.result")),
    timing: {
      dsp: parseTime(times, "dsp"),
      classification: parseTime(times, "classification"),
      anomaly: parseTime(times, "anomaly"),
    },
    rawData: message.rawData === undefined ? undefined : parseRawData(message.rawData),
  };
}

/** @throws {DeviceMessageError} when it is not a picture. */
export function parseSnapshot(message: Fields): Snapshot {
  return {
    frame: requireBase64(message.snapshotFrame, "snapshotFrame"),
    fileName: requireText(message.fileName, "fileName"),
  };
}

function parseResult(result: Fields): InferenceResult {
  const { classification, bounding_boxes: boxes, visual_anomaly_grid: grid } = result;
  return {
    ...(classification !== undefined && { classification: parseScores(classification) }),
    ...(boxes !== undefined && { bounding_boxes: parseBoxes(boxes, "bounding_boxes") }),
    ...(grid !== undefined && { visual_anomaly_grid: parseBoxes(grid, "visual_anomaly_grid") }),
    ...parseFigure(result, "anomaly"),
    ...parseFigure(result, "visual_anomaly_max"),
    ...parseFigure(result, "visual_anomaly_mean"),
  };
}

function parseFigure<K extends string>(result: Fields, name: K): { readonly [key in K]?: number } {
  if (result[name] === undefined) return {};
  return { [name]: requireNumber(result[name], name) } as { readonly [key in K]: number };
}

function parseScores(value: unknown): Record<string, number> {
  const entries = Object.entries(requireFields(value, "classification"));
  if (entries.length > MOST_CLASSES) {
    throw new DeviceMessageError(`classification has to have at most ${MOST_CLASSES} classes.`);
  }
  return Object.fromEntries(
    entries.map(([label, score]) => [requireText(label, "A class"), requireNumber(score, "A score")]),
  );
}

function parseBoxes(value: unknown, name: string): Box[] {
  return requireList(value, name, MOST_BOXES).map((box) => {
    const fields = requireFields(box, `An entry of ${name}`);
    const figure = (key: string) => requireNumber(fields[key], `${key} of an entry of ${name}`);
    return {
      label: requireText(fields.label, `label of an entry of ${name}`),
      value: figure("value"),
      x: figure("x"),
      y: figure("y"),
      width: figure("width"),
      height: figure("height"),
    };
  });
}

/** Runners leave out what their model does not do. */
function parseTime(timing: Fields, name: string): number {
  return timing[name] === undefined ? 0 : requireNumber(timing[name], `timing.${name}`);
}

function parseRawData(value: unknown): RawData {
  const { type, bufferBase64 } = requireFields(value, "rawData");
  if (type !== "wav" && type !== "jpg") throw new DeviceMessageError("rawData.type has to be wav or jpg.");
  return { type, bufferBase64: requireBase64(bufferBase64, "rawData.bufferBase64") };
}

/** How long it can be, the size of a message limits. */
function requireBase64(value: unknown, name: string): string {
  if (typeof value === "string" && /^[A-Za-z0-9+/]*={0,2}$/.test(value)) return value;
  throw new DeviceMessageError(`${name} has to be Base64.`);
}
