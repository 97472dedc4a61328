import type { Schemas } from "@windowscope/sdk/api-types";

import type { DeviceKey } from "../devices/device-events.ts";
import type { Device } from "../devices/devices.ts";
import type { AvailableRecords, InferenceInfo } from "../devices/hello.ts";
import type { RemoteManagement } from "../devices/remote-management.ts";
import type { LocalStudio } from "../local-studio.ts";

/** What the API shows of connections. */
export type Connections = Pick<RemoteManagement, "host" | "isConnected">;

/** A device as the API shows it. */
export function deviceJson(device: Device, connections: Connections): Schemas["Device"] {
  const isConnected = connections.isConnected(device.projectId, device.deviceId);
  const { mode, inferenceInfo } = device;
  return {
    id: device.id,
    deviceId: device.deviceId,
    created: device.created,
    lastSeen: device.lastSeen,
    name: device.name,
    deviceType: device.deviceType,
    sensors: device.sensors.map(({ name, maxSampleLengthS, frequencies }) => ({
      name,
      maxSampleLengthS,
      frequencies: [...frequencies],
    })),
    remote_mgmt_connected: isConnected,
    ...(isConnected && { remote_mgmt_host: connections.host }),
    supportsSnapshotStreaming: device.supportsSnapshots,
    remoteMgmtMode: isConnected ? mode : "disconnected",
    ...(isConnected && inferenceInfo && { inferenceInfo: inferenceInfoJson(inferenceInfo) }),
  };
}

/** The devices of a project as the API shows them. */
export function listDevicesJson(
  { devices }: LocalStudio,
  connections: Connections,
  projectId: number,
): Schemas["Device"][] {
  return devices.list(projectId).map((device) => deviceJson(device, connections));
}

/** A connected device as the socket shows it. */
export function describeConnectedDevice(
  { devices }: LocalStudio,
  connections: Connections,
  { projectId, deviceId }: DeviceKey,
): (Schemas["Device"] & { readonly availableRecords?: AvailableRecords }) | undefined {
  const device = devices.get(projectId, deviceId);
  if (!device) return undefined;
  const { availableRecords } = device;
  return { ...deviceJson(device, connections), ...(availableRecords && { availableRecords }) };
}

type ModelType = NonNullable<Schemas["DeviceInferenceInfo"]["modelType"]>;

/** Devices say it in other words than the API; `freeform`, which the API does not have, is left out. */
const MODEL_TYPES: ReadonlyMap<string, ModelType> = new Map([
  ["classification", "classification"],
  ["object_detection", "objectDetection"],
  ["constrained_object_detection", "constrainedObjectDetection"],
]);

function inferenceInfoJson(info: InferenceInfo): Schemas["DeviceInferenceInfo"] {
  const { projectId, projectOwner, projectName, deploymentVersion } = info;
  const modelType = info.modelType === undefined ? undefined : MODEL_TYPES.get(info.modelType);
  return { projectId, projectOwner, projectName, deployedVersion: deploymentVersion, ...(modelType && { modelType }) };
}
