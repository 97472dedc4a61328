/**
 * The socket.io stream on which Studio tells of its jobs, for clients of Engine.IO 3 and 4.
 */
import { randomBytes } from "node:crypto";
import type { Server as HttpServer } from "node:http";

import { Server, type Socket } from "socket.io";

import type { LocalStudio } from "./local-studio.ts";
import type { Job } from "./jobs.ts";

const TOKEN_LIFETIME_MS = 60 * 60 * 1000;
/** A Date holds no later time. */
const LATEST_TIME_MS = 8.64e15;

/** Tokens that let a socket in, for a while. */
export class SocketTokens {
  readonly #tokens = new Map<string, { projectId: number; expiresMs: number }>();

  issue(projectId: number): { socketToken: string; expires: string } {
    const now = Date.now();
    for (const [token, { expiresMs }] of this.#tokens) if (expiresMs <= now) this.#tokens.delete(token);
    const socketToken = randomBytes(24).toString("base64url");
    const expiresMs = now + TOKEN_LIFETIME_MS;
    this.#tokens.set(socketToken, { projectId, expiresMs });
    return { socketToken, expires: new Date(expiresMs).toISOString() };
  }

  /** The project that a token is for, unless it has expired. */
  redeem(token: unknown): number | undefined {
    const found = typeof token === "string" ? this.#tokens.get(token) : undefined;
    return found && found.expiresMs > Date.now() ? found.projectId : undefined;
  }
}

/** Serves the stream at `/socket.io/` of an HTTP server. */
export function serveJobStream(http: HttpServer, studio: LocalStudio, tokens: SocketTokens): Server {
  const io = new Server(http, { allowEIO3: true, serveClient: false });

  io.on("connection", (socket) => {
    const projectId = tokens.redeem(socket.handshake.query.token);
    if (projectId === undefined) {
      socket.emit("hello", { hello: false, err: "Invalid or expired socket token" });
      socket.disconnect(true);
      return;
    }
    void socket.join(`project-${projectId}`);
    // Without this every line of every job of the project comes.
    if (socket.handshake.query.onDemandLogs !== "true") void socket.join(`lines-${projectId}`);
    socket.on("start-log-stream", (request: unknown) => followJob(socket, studio, projectId, request));
    socket.emit("hello", { hello: { version: 1 }, devices: [] });
  });

  studio.jobs.on("line", (job: Job, text: string) => {
    const rooms = [`lines-${job.projectId}`, `job-${job.id}`];
    io.to(rooms).emit(`job-data-${job.id}`, { data: `${text}\n` });
  });
  studio.jobs.on("finished", (job: Job) => {
    const room = `project-${job.projectId}`;
    io.to(room).emit(`job-finished-${job.id}`, { success: job.isSuccessful === true });
    io.to(room).emit("job-finished", { jobId: job.id, success: job.isSuccessful === true });
    // A client that stays connected for days follows thousands of jobs.
    io.socketsLeave(`job-${job.id}`);
  });
  return io;
}

/** Sends what the job has said so far, and from now on what it says. */
function followJob(socket: Socket, studio: LocalStudio, projectId: number, request: unknown): void {
  const { jobId, lastReceivedTimestamp } = (request ?? {}) as { jobId?: unknown; lastReceivedTimestamp?: unknown };
  const job = typeof jobId === "number" ? studio.jobs.get(projectId, jobId) : undefined;
  if (!job) return;
  if (job.isSuccessful === undefined) void socket.join(`job-${job.id}`);
  const isTime = typeof lastReceivedTimestamp === "number" && Math.abs(lastReceivedTimestamp) <= LATEST_TIME_MS;
  const earlier = studio.jobs.linesSince(job.id, isTime ? lastReceivedTimestamp : 0);
  if (earlier.length > 0) {
    socket.emit(`job-data-${job.id}`, { data: earlier.map(({ text }) => `${text}\n`).join("") });
  }
}
