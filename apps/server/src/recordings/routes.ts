/** Recordings: has a device record, and tells how far it has come. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Recording } from "@windowscope/protocol";
import { StudioNotFoundError, type Studio } from "@windowscope/sdk";
import type { Schemas } from "@windowscope/sdk/api-types";

import { cancelInTime } from "../api/cancel-in-time.ts";
import { json, problem, ProjectParams, type Mutable } from "../api/schemas.ts";
import { Problem, refuseInvalid } from "../api/problem.ts";
import { DeviceBusyError, type Recordings } from "./recordings.ts";
import { RecordingSchema, StartRecordingSchema } from "./schemas.ts";

const DeviceParams = ProjectParams.extend({ deviceId: z.string().min(1).max(200) });
const RecordingParams = z.object({ recordingId: z.string().max(40) });

export function recordingRoutes(parts: { readonly studio: Studio; readonly recordings: Recordings }): OpenAPIHono {
  const app = new OpenAPIHono({ defaultHook: refuseInvalid });

  async function findRecording(recordingId: string): Promise<Recording> {
    const recording = await parts.recordings.find(recordingId);
    if (!recording) throw new Problem(404, "no-such-recording", `There is no recording ${recordingId}.`);
    return recording;
  }

  app.openapi(
    createRoute({
      operationId: "startRecording",
      method: "post",
      path: "/projects/{projectId}/devices/{deviceId}/recordings",
      summary: "Have a device record",
      request: {
        params: DeviceParams,
        body: { required: true, content: { "application/json": { schema: StartRecordingSchema } } },
      },
      responses: { 202: json(z.object({ recordingId: z.string() }), "The recording."), default: problem },
    }),
    async (c) => {
      const { projectId, deviceId } = c.req.valid("param");
      const { frequencyHz, intervalMs = 1000 / (frequencyHz ?? 1), ...wish } = c.req.valid("json");
      const device = await findDevice(parts.studio, projectId, deviceId, c.req.raw.signal);
      refuseWhatItCannot(device, wish);
      const started = parts.recordings.start({ ...wish, projectId, deviceId, intervalMs }, device.name);
      const { recordingId } = await started.catch((error: unknown) => {
        throw error instanceof DeviceBusyError ? new Problem(409, "device-busy", error.message) : error;
      });
      return c.json({ recordingId }, 202);
    },
  );

  app.openapi(
    createRoute({
      operationId: "getRecording",
      method: "get",
      path: "/recordings/{recordingId}",
      summary: "How far a recording has come",
      request: { params: RecordingParams },
      responses: { 200: json(RecordingSchema, "The recording."), default: problem },
    }),
    async (c) => c.json((await findRecording(c.req.valid("param").recordingId)) as Mutable<Recording>, 200),
  );

  app.openapi(
    createRoute({
      operationId: "cancelRecording",
      method: "delete",
      path: "/recordings/{recordingId}",
      summary: "Stop following a recording",
      description: "Studio has no way to stop the device: its sample may still come.",
      request: { params: RecordingParams },
      responses: { 200: json(RecordingSchema, "The cancelled recording."), default: problem },
    }),
    (c) =>
      cancelInTime(async () => {
        const { recordingId } = await findRecording(c.req.valid("param").recordingId);
        if (!(await parts.recordings.cancel(recordingId))) {
          throw new Problem(409, "recording-is-over", `The recording ${recordingId} is over already.`);
        }
        return c.json((await findRecording(recordingId)) as Mutable<Recording>, 200);
      }),
  );
  return app;
}

async function findDevice(
  studio: Studio,
  projectId: number,
  deviceId: string,
  signal: AbortSignal,
): Promise<Schemas["Device"]> {
  const noDevice = `Project ${projectId} has no device ${deviceId}.`;
  const { device } = await studio
    .call("getDevice", { path: { projectId, deviceId }, signal })
    .catch((error: unknown) => {
      throw error instanceof StudioNotFoundError
        ? new Problem(404, "no-such-device", error.studioText ?? noDevice)
        : error;
    });
  if (!device) throw new Problem(404, "no-such-device", noDevice);
  return device;
}

function refuseWhatItCannot(
  { deviceId, remoteMgmtMode, sensors }: Schemas["Device"],
  { sensor, lengthMs }: { readonly sensor?: string | undefined; readonly lengthMs: number },
): void {
  if (remoteMgmtMode === "disconnected") {
    throw new Problem(409, "device-not-connected", `The device ${deviceId} is not connected to Studio.`);
  }
  if (sensor === undefined || sensors.length === 0) return;
  const wanted = sensors.find(({ name }) => name === sensor);
  if (!wanted) {
    const names = sensors.map(({ name }) => name).join(", ");
    throw new Problem(400, "no-such-sensor", `The device ${deviceId} has no sensor ${sensor}. It has: ${names}.`);
  }
  if (lengthMs > wanted.maxSampleLengthS * 1000) {
    const detail = `The sensor ${sensor} records up to ${wanted.maxSampleLengthS} s at once.`;
    throw new Problem(400, "recording-too-long", detail);
  }
}
