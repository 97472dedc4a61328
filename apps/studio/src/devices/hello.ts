import {
  DeviceMessageError,
  requireFields,
  requireList,
  requireNumber,
  requireText,
  requireWholeNumber,
  type Fields,
} from "./wire-values.ts";

export interface DeviceSensor {
  readonly name: string;
  readonly maxSampleLengthS: number;
  /** In Hz. */
  readonly frequencies: readonly number[];
}

/** The model that a device runs. */
export interface InferenceInfo {
  readonly projectId: number;
  readonly projectOwner: string;
  readonly projectName: string;
  readonly deploymentVersion: number;
  /** In the device's words, such as `object_detection`. */
  readonly modelType: string | undefined;
}

/** Which results a device still has. */
export interface AvailableRecords {
  readonly firstIndex: number;
  readonly firstTimestamp: number;
  readonly lastIndex: number;
  readonly lastTimestamp: number;
}

/** What a device says of itself. */
export interface Introduction {
  readonly deviceType: string;
  readonly sensors: readonly DeviceSensor[];
  readonly supportsSnapshots: boolean;
  /** `inference`: it runs a model by itself. */
  readonly mode: "ingestion" | "inference";
  readonly inferenceInfo: InferenceInfo | undefined;
  readonly availableRecords: AvailableRecords | undefined;
}

/** How a device introduces itself, and the key that lets it in. */
export interface Hello extends Introduction {
  readonly apiKey: string;
  readonly deviceId: string;
}

const MOST_SENSORS = 200;
const MOST_FREQUENCIES = 200;
/** What a sensor of the first version can do is not said. */
const DEFAULT_MAX_SAMPLE_LENGTH_S = 60;

/**
 * Reads a hello of version 1 (names of sensors), 2 (sensors), 3 (snapshots) or 4 (mode). A later version is read as 4.
 *
 * @throws {DeviceMessageError} when it lacks what makes a device.
 */
export function parseHello(message: Fields): Hello {
  if (typeof message.hello !== "object" || message.hello === null) {
    throw new DeviceMessageError("The first message has to be hello.");
  }
  const hello = requireFields(message.hello, "hello");
  const { version, apiKey, deviceId, deviceType, sensors } = hello;
  if (requireWholeNumber(version, "hello.version") === 0) {
    throw new DeviceMessageError("hello.version has to be 1, 2, 3 or 4, and is 0.");
  }
  if (typeof apiKey !== "string" || typeof deviceId !== "string" || deviceId === "") {
    throw new DeviceMessageError("hello needs apiKey and deviceId.");
  }
  return {
    apiKey,
    deviceId: requireText(deviceId, "hello.deviceId"),
    deviceType: deviceType === undefined ? "UNKNOWN" : requireText(deviceType, "hello.deviceType"),
    sensors: sensors === undefined ? [] : requireList(sensors, "hello.sensors", MOST_SENSORS).map(parseSensor),
    supportsSnapshots: hello.supportsSnapshotStreaming === true,
    ...parseMode(hello),
  };
}

function parseMode(hello: Fields): Pick<Introduction, "mode" | "inferenceInfo" | "availableRecords"> {
  const { mode = "ingestion", inferenceInfo, availableRecords } = hello;
  if (mode === "ingestion") return { mode, inferenceInfo: undefined, availableRecords: undefined };
  if (mode !== "inference") throw new DeviceMessageError("hello.mode has to be ingestion or inference.");
  return {
    mode,
    inferenceInfo: parseInferenceInfo(inferenceInfo, "hello.inferenceInfo"),
    availableRecords: availableRecords === undefined ? undefined : parseAvailableRecords(availableRecords),
  };
}

/** @throws {DeviceMessageError} when it does not name a deployment. */
export function parseInferenceInfo(value: unknown, name: string): InferenceInfo {
  const { projectId, projectOwner, projectName, deploymentVersion, modelType } = requireFields(value, name);
  return {
    projectId: requireWholeNumber(projectId, `${name}.projectId`),
    projectOwner: requireText(projectOwner, `${name}.projectOwner`),
    projectName: requireText(projectName, `${name}.projectName`),
    deploymentVersion: requireWholeNumber(deploymentVersion, `${name}.deploymentVersion`),
    modelType: modelType === undefined ? undefined : requireText(modelType, `${name}.modelType`),
  };
}

function parseAvailableRecords(value: unknown): AvailableRecords {
  const name = "hello.availableRecords";
  const { firstIndex, firstTimestamp, lastIndex, lastTimestamp } = requireFields(value, name);
  return {
    firstIndex: requireNumber(firstIndex, `${name}.firstIndex`),
    firstTimestamp: requireNumber(firstTimestamp, `${name}.firstTimestamp`),
    lastIndex: requireNumber(lastIndex, `${name}.lastIndex`),
    lastTimestamp: requireNumber(lastTimestamp, `${name}.lastTimestamp`),
  };
}

/** The first version of hello had just the names of sensors. */
function parseSensor(sensor: unknown): DeviceSensor {
  if (typeof sensor === "string") {
    const name = requireText(sensor, "The name of a sensor");
    return { name, maxSampleLengthS: DEFAULT_MAX_SAMPLE_LENGTH_S, frequencies: [] };
  }
  const { name, maxSampleLengthS, frequencies = [] } = requireFields(sensor, "A sensor");
  return {
    name: requireText(name, "The name of a sensor"),
    maxSampleLengthS:
      maxSampleLengthS === undefined
        ? DEFAULT_MAX_SAMPLE_LENGTH_S
        : requireNumber(maxSampleLengthS, "A sensor's maxSampleLengthS"),
    frequencies: requireList(frequencies, "A sensor's frequencies", MOST_FREQUENCIES).map((frequency) =>
      requireNumber(frequency, "A frequency"),
    ),
  };
}
