import type { Schemas } from "@windowscope/sdk/api-types";

import type { LocalStudio } from "../local-studio.ts";
import type { SamplingRequest } from "../remote-management.ts";
import { RefusedError, type Handlers } from "./handlers.ts";
import { parseCategory } from "./parameters.ts";
import { deviceJson } from "./project-json.ts";

/** The way to the boards that are connected. */
export interface Board {
  readonly isDeviceConnected: (projectId: number, deviceId: string) => boolean;
  /** Devices of a project that could record now. */
  readonly idleDevices: (projectId: number) => readonly string[];
  /** Asks a device to record and returns at once; whether it did shows in the samples. */
  readonly startSampling: (projectId: number, deviceId: string, request: SamplingRequest) => void;
}

/** Serves the devices of a project. */
export function deviceHandlers(studio: LocalStudio, board: Board): Handlers {
  const { devices } = studio;

  return {
    listDevices: ({ project }) => ({ devices: listDevicesJson(studio, board, project.id) }),

    getDevice: ({ project, path }) => {
      const device = listDevicesJson(studio, board, project.id).find(({ deviceId }) => deviceId === path.deviceId);
      if (device) return { device };
      throw new RefusedError(`There is no device ${path.deviceId} in this project.`);
    },

    createDevice: ({ project, body: { deviceId, deviceType, ifNotExists } }) => {
      const isKnown = devices.list(project.id).some((device) => device.deviceId === deviceId);
      if (isKnown && !ifNotExists) throw new RefusedError(`There is a device ${deviceId} already.`);
      if (!isKnown) devices.seen({ projectId: project.id, deviceId, deviceType, sensors: [] });
      return {};
    },

    startSampling: ({ project, path: { deviceId }, body }) => {
      if (!board.isDeviceConnected(project.id, deviceId)) {
        throw new RefusedError(`The device ${deviceId} is not connected.`);
      }
      if (!board.idleDevices(project.id).includes(deviceId)) {
        throw new RefusedError(`The device ${deviceId} is sampling already.`);
      }
      const device = devices.list(project.id).find((candidate) => candidate.deviceId === deviceId);
      board.startSampling(project.id, deviceId, {
        label: body.label,
        lengthMs: body.lengthMs,
        intervalMs: body.intervalMs,
        category: parseCategory(body.category),
        sensor: body.sensor ?? device?.sensors[0]?.name ?? "",
      });
      return {};
    },
  };
}

/** The devices of a project as the API shows them. */
export function listDevicesJson({ devices }: LocalStudio, board: Board, projectId: number): Schemas["Device"][] {
  return devices
    .list(projectId)
    .map((device, i) => deviceJson(device, board.isDeviceConnected(projectId, device.deviceId), i));
}
