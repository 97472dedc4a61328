import type { Server } from "socket.io";

import type { SocketTokens } from "../socket-tokens.ts";
import type { Job } from "../jobs.ts";
import type { LocalStudio } from "../local-studio.ts";

/** Ends connections of the projects whose behaviour wants it, after a time or at a line of a job. */
export function dropSockets(io: Server, { jobs, behaviours }: LocalStudio, tokens: SocketTokens): void {
  io.on("connection", (socket) => {
    const projectId = tokens.redeem(socket.handshake.query.token);
    const dropAfterMs = projectId === undefined ? undefined : behaviours.of(projectId).socket.dropAfterMs;
    if (dropAfterMs === undefined) return;
    const timer = setTimeout(() => socket.disconnect(true), dropAfterMs);
    socket.on("disconnect", () => clearTimeout(timer));
  });

  const linesSaid = new Map<number, number>();
  jobs.on("line", ({ id, projectId }: Job) => {
    const { dropAtLine } = behaviours.of(projectId).socket;
    if (dropAtLine === undefined) return;
    const count = (linesSaid.get(id) ?? 0) + 1;
    linesSaid.set(id, count);
    if (count === dropAtLine) io.in(`project-${projectId}`).disconnectSockets(true);
  });
  jobs.on("finished", ({ id }: Job) => void linesSaid.delete(id));
}
