/**
 * The socket.io stream on which Studio tells what happens in a project, for clients of Engine.IO 3 and 4.
 *
 * A client connects with `?token=`. The server's events:
 *
 * | event                                  | what it says                                                           |
 * | -------------------------------------- | ---------------------------------------------------------------------- |
 * | `hello`                                | the token is good, and which devices are connected; or `hello: false`  |
 * | `job-data-N`                           | lines of job N                                                         |
 * | `job-finished-N`, `job-finished`       | the end of a job                                                       |
 * | `sample-added`                         | `{sampleId, category}`                                                 |
 * | `device-connected`                     | a device, as the API shows it, with `availableRecords` where it has them |
 * | `device-disconnected`                  | `{deviceId}`                                                           |
 * | `sampling-progress`                    | `{deviceId, requestId, phase, percent?, error?, sampleId?, warning?}`  |
 * | `inference-record`                     | a live window: `{streamId, deviceId, index, timestamp, result, timing}` |
 * | `snapshot-frame`                       | a picture: `{streamId, deviceId, fileName, frame}`                     |
 * | `stream-ended`                         | `{streamId, deviceId, reason}`                                         |
 *
 * The client's: `start-log-stream` `{jobId, lastReceivedTimestamp}`, and `job-cancel` with a number. With
 * `onDemandLogs=true` in the query lines come only of jobs that were asked for; with `withRawData=true` live windows have
 * `rawData`. All from `sample-added` on are events of our own: the names of Edge Impulse's are not published, and its
 * clients pass over what they do not know.
 */
import type { Server as HttpServer } from "node:http";

import { Server, type Socket } from "socket.io";

import type { DeviceKey } from "./devices/device-events.ts";
import type { RemoteManagement } from "./devices/remote-management.ts";
import type { Job } from "./jobs.ts";
import type { LocalStudio } from "./local-studio.ts";
import { isWelcomeOrigin } from "./origin.ts";
import type { SocketTokens } from "./socket-tokens.ts";

/** A Date holds no later time. */
const LATEST_TIME_MS = 8.64e15;
/** Clients say little. */
const LARGEST_MESSAGE_BYTES = 16 * 1024;
/** A client that does not read what it is sent. */
const MOST_UNREAD_CHARACTERS = 32 * 1024 * 1024;

/** What the stream tells of. */
interface SocketSources {
  readonly studio: LocalStudio;
  readonly tokens: SocketTokens;
  readonly remoteManagement: RemoteManagement;
  /** A connected device as clients get to see it. */
  readonly describeDevice: (device: DeviceKey) => object | undefined;
}

/** Serves the stream at `/socket.io/` of an HTTP server. */
export function serveProjectSocket(http: HttpServer, sources: SocketSources): Server {
  const { studio, tokens, remoteManagement, describeDevice } = sources;
  const io = new Server(http, {
    allowEIO3: true,
    serveClient: false,
    maxHttpBufferSize: LARGEST_MESSAGE_BYTES,
    allowRequest: (request, answer) => answer(null, isWelcomeOrigin(request)),
  });

  io.on("connection", (socket) => {
    const { token, onDemandLogs, withRawData } = socket.handshake.query;
    const projectId = tokens.redeem(token);
    if (projectId === undefined || studio.behaviours.of(projectId).socket.refusesTokens) {
      socket.emit("hello", { hello: false, err: "Invalid or expired socket token" });
      socket.disconnect(true);
      return;
    }
    endWhenUnread(socket);
    const devices = remoteManagement.connectedDevices(projectId).map(describeDevice);
    socket.emit("hello", { hello: { version: 1 }, devices });
    if (studio.behaviours.of(projectId).socket.isSilent) return;
    void socket.join(projectRoom(projectId));
    // Without this every line of every job of the project comes.
    if (onDemandLogs !== "true") void socket.join(`lines-${projectId}`);
    if (withRawData === "true") void socket.join(rawDataRoom(projectId));
    socket.on("start-log-stream", (request: unknown) => followJob(socket, studio, projectId, request));
    socket.on("job-cancel", (jobId: unknown) => {
      const job = findJob(studio, projectId, jobId);
      if (job) studio.jobs.cancel(job);
    });
  });

  tellOfJobs(io, studio);
  studio.intake.on("added", ({ id: sampleId, projectId, category }) => {
    io.to(projectRoom(projectId)).emit("sample-added", { sampleId, category });
  });
  tellOfDevices(io, remoteManagement, describeDevice);
  return io;
}

function tellOfJobs(io: Server, studio: LocalStudio): void {
  studio.jobs.on("line", (job: Job, text: string) => {
    const rooms = [`lines-${job.projectId}`, `job-${job.id}`];
    io.to(rooms).emit(`job-data-${job.id}`, { data: `${text}\n` });
  });
  studio.jobs.on("finished", (job: Job) => {
    const room = projectRoom(job.projectId);
    io.to(room).emit(`job-finished-${job.id}`, { success: job.isSuccessful === true });
    io.to(room).emit("job-finished", { jobId: job.id, success: job.isSuccessful === true });
    // A client that stays connected for days follows thousands of jobs.
    io.socketsLeave(`job-${job.id}`);
  });
}

function tellOfDevices(
  io: Server,
  remoteManagement: RemoteManagement,
  describeDevice: SocketSources["describeDevice"],
): void {
  remoteManagement.on("connected", (device) => {
    io.to(projectRoom(device.projectId)).emit("device-connected", describeDevice(device));
  });
  remoteManagement.on("disconnected", ({ projectId, deviceId }) => {
    io.to(projectRoom(projectId)).emit("device-disconnected", { deviceId });
  });
  remoteManagement.on("sampling", ({ projectId, ...progress }) => {
    io.to(projectRoom(projectId)).emit("sampling-progress", progress);
  });
  remoteManagement.on("record", ({ projectId, rawData, ...record }) => {
    const withRawData = rawDataRoom(projectId);
    io.to(projectRoom(projectId)).except(withRawData).emit("inference-record", record);
    io.to(withRawData).emit("inference-record", { ...record, rawData });
  });
  remoteManagement.on("snapshot", ({ projectId, ...snapshot }) => {
    io.to(projectRoom(projectId)).emit("snapshot-frame", snapshot);
  });
  remoteManagement.on("stream-ended", ({ projectId, ...stream }) => {
    io.to(projectRoom(projectId)).emit("stream-ended", stream);
  });
}

/** Sends what the job has said so far, and from now on what it says. */
function followJob(socket: Socket, studio: LocalStudio, projectId: number, request: unknown): void {
  const { jobId, lastReceivedTimestamp } = (request ?? {}) as { jobId?: unknown; lastReceivedTimestamp?: unknown };
  const job = findJob(studio, projectId, jobId);
  if (!job) return;
  if (job.isSuccessful === undefined) void socket.join(`job-${job.id}`);
  const isTime = typeof lastReceivedTimestamp === "number" && Math.abs(lastReceivedTimestamp) <= LATEST_TIME_MS;
  const earlier = studio.jobs.linesSince(job.id, isTime ? lastReceivedTimestamp : 0);
  if (earlier.length > 0) {
    socket.emit(`job-data-${job.id}`, { data: earlier.map(({ text }) => `${text}\n`).join("") });
  }
}

function findJob(studio: LocalStudio, projectId: number, jobId: unknown): Job | undefined {
  return Number.isSafeInteger(jobId) ? studio.jobs.get(projectId, jobId as number) : undefined;
}

/** Ends a connection before what waits for it fills the memory. */
function endWhenUnread({ conn }: Socket): void {
  let unread = 0;
  conn.on("packetCreate", ({ data }: { readonly data?: unknown }) => {
    unread += typeof data === "string" ? data.length : 0;
    if (unread > MOST_UNREAD_CHARACTERS) conn.close(true);
  });
  conn.on("drain", () => (unread = 0));
}

function projectRoom(projectId: number): string {
  return `project-${projectId}`;
}

function rawDataRoom(projectId: number): string {
  return `raw-data-${projectId}`;
}
