/** What a server process costs: memory, open files, and what it counts itself. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { WebSocket } from "ws";

import type { ServerProcess } from "./server-process.ts";

/** Memory of a process that is really there, in MiB. */
export function rssMiB(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(line?.[1]) / 1024;
}

/** What a server really holds in its heap, MiB: has it collect its garbage first, through Node's inspector. */
export async function heapMiB(server: ServerProcess): Promise<number> {
  const url = /ws:\/\/127\.0\.0\.1:\d+\/[\w-]+/.exec(
    server.output.slice(server.output.lastIndexOf("Debugger listening")),
  )?.[0];
  if (url === undefined) throw new Error("The server has no inspector.");
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  let lastId = 0;
  const call = (method: string, params: object = {}) => {
    const id = ++lastId;
    socket.send(JSON.stringify({ id, method, params }));
    return new Promise<{ result?: { value?: unknown } }>((resolve) => {
      socket.on("message", (data: Buffer) => {
        const answer = JSON.parse(data.toString("utf8")) as { id?: number; result: { result?: { value?: unknown } } };
        if (answer.id === id) resolve(answer.result);
      });
    });
  };
  await call("HeapProfiler.collectGarbage");
  const expression = "process.memoryUsage().heapUsed + process.memoryUsage().external";
  const { result } = await call("Runtime.evaluate", { expression, returnByValue: true });
  socket.terminate();
  return Number(result?.value) / 2 ** 20;
}

/** Open files of a process, and how many of them are sockets. */
export function openFiles(pid: number): { files: number; sockets: number } {
  const targets = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return "";
    }
  });
  return { files: targets.length, sockets: targets.filter((target) => target.startsWith("socket:")).length };
}

/** A number of the server's metrics, all its labels together; `undefined` when it has no such metric. */
export async function readMetric(serverUrl: string, name: string): Promise<number | undefined> {
  const response = await fetch(`${serverUrl}/metrics`);
  if (!response.ok) return undefined;
  const lines = (await response.text())
    .split("\n")
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return lines.length === 0 ? undefined : lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}
