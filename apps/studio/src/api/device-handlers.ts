import { DeviceError } from "../devices/device-events.ts";
import type { Device } from "../devices/devices.ts";
import type { RemoteManagement } from "../devices/remote-management.ts";
import type { LocalStudio } from "../local-studio.ts";
import type { Project } from "../projects.ts";
import { deviceJson, listDevicesJson } from "./device-json.ts";
import { RefusedError, type Handlers } from "./handlers.ts";
import { parseCategory } from "./parameters.ts";

/** The way to the boards that are connected. */
export interface Board {
  readonly remoteManagement: Pick<
    RemoteManagement,
    | "host"
    | "isConnected"
    | "startSampling"
    | "startInferenceStream"
    | "startSnapshotStream"
    | "keepStreamAlive"
    | "stopStream"
  >;
}

const LONGEST_NAME = 200;

/** Serves the devices of a project. */
export function deviceHandlers(studio: LocalStudio, { remoteManagement }: Board): Handlers {
  const { devices } = studio;

  return {
    listDevices: ({ project }) => ({ devices: listDevicesJson(studio, remoteManagement, project.id) }),

    getDevice: ({ project, path }) => ({
      device: deviceJson(findDevice(studio, project, path.deviceId), remoteManagement),
    }),

    createDevice: ({ project, body: { deviceId, deviceType, ifNotExists } }) => {
      for (const [name, text] of Object.entries({ deviceId, deviceType })) checkLength(name, text);
      const isKnown = devices.get(project.id, deviceId) !== undefined;
      if (isKnown && !ifNotExists) throw new RefusedError(`There is a device ${deviceId} already.`);
      if (!isKnown) devices.create(project.id, deviceId, deviceType);
      return {};
    },

    renameDevice: ({ project, path, body: { name } }) => {
      const { deviceId } = findDevice(studio, project, path.deviceId);
      checkLength("name", name);
      devices.rename(project.id, deviceId, name);
      return {};
    },

    startSampling: ({ project, path: { deviceId }, body }) => {
      const { label, lengthMs, intervalMs, sensor, labelColor, collectedSampleCount, targetSampleCount } = body;
      for (const [name, text] of Object.entries({ label, sensor, labelColor })) checkLength(name, text ?? "");
      const request = {
        label,
        lengthMs,
        intervalMs,
        category: parseCategory(body.category),
        sensor: sensor ?? firstSensor(studio, project, deviceId),
        labelColor,
        collectedSampleCount,
        targetSampleCount,
      };
      return refuse(() => ({ id: remoteManagement.startSampling(project.id, deviceId, request) }));
    },

    startDeviceInferenceDebugStream: async ({ project, path }) =>
      refuseLater(async () => ({ streamId: await remoteManagement.startInferenceStream(project.id, path.deviceId) })),

    startDeviceSnapshotDebugStream: async ({ project, path, body }) => {
      const resolution = body.resolution === "high" ? "high" : "low";
      return refuseLater(async () => ({
        streamId: await remoteManagement.startSnapshotStream(project.id, path.deviceId, resolution),
      }));
    },

    keepDeviceDebugStreamAlive: ({ project, path, body }) => {
      refuse(() => remoteManagement.keepStreamAlive(project.id, path.deviceId, body.streamId));
      return {};
    },

    stopDeviceDebugStream: ({ project, path, body }) => {
      refuse(() => remoteManagement.stopStream(project.id, path.deviceId, body.streamId));
      return {};
    },
  };
}

/** @throws {RefusedError} when the project does not know the device. */
export function findDevice({ devices }: LocalStudio, project: Project, deviceId: string): Device {
  const device = devices.get(project.id, deviceId);
  if (device) return device;
  throw new RefusedError(`There is no device ${deviceId} in this project.`);
}

function firstSensor({ devices }: LocalStudio, project: Project, deviceId: string): string {
  return devices.get(project.id, deviceId)?.sensors[0]?.name ?? "";
}

/** Names go to devices and into lists. @throws {RefusedError} when one is beyond measure. */
function checkLength(name: string, text: string): void {
  if (text.length <= LONGEST_NAME) return;
  throw new RefusedError(`"${name}" has to have at most ${LONGEST_NAME} characters, and has ${text.length}.`);
}

/** Says what a device says no to in the API's way. */
function refuse<T>(ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    throw toRefusal(error);
  }
}

async function refuseLater<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw toRefusal(error);
  }
}

function toRefusal(error: unknown): unknown {
  return error instanceof DeviceError ? new RefusedError(error.message) : error;
}
