/** The ways to send the same to many that are compared; each is a server on a free port. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo, Server } from "node:net";
import path from "node:path";

import { createMemoryRunLog, openSqliteRunLog } from "@windowscope/runlog";
import { createLog, readConfig, startServer } from "@windowscope/server";
import { Server as SocketIo } from "socket.io";
import { WebSocketServer } from "ws";

import { describeBatch, encodeBatch } from "./batch.ts";
import { SSE_PATH, type ContenderName } from "./contenders.ts";
import { API_KEY, LOG } from "./settings.ts";

export interface Broadcaster {
  /** For viewers. */
  readonly url: string;
  /** Sends a batch to everybody; resolves when it is stored, where it is. */
  readonly broadcast: (sentAtMs: number) => Promise<void> | void;
  /** Appends many batches with one store, where there is one. */
  readonly fill?: (batches: number) => Promise<void>;
}

export interface OursOptions {
  /** Logs go into SQLite here; without a folder they stay in memory. */
  readonly dataDir?: string | undefined;
  readonly studioUrl?: string | undefined;
}

const HOST = "127.0.0.1";
/** Nobody listens there; the server does not need its Studio to send what it has. */
const NO_STUDIO = "http://127.0.0.1:9";

export const START: Readonly<Record<ContenderName, (options: OursOptions) => Promise<Broadcaster>>> = {
  ours: startOurs,
  ws: () =>
    startWs((seq, sentAtMs) => {
      const buffer = encodeBatch(1, seq, sentAtMs);
      return () => buffer;
    }),
  "ws, JSON.stringify for each": () =>
    startWs((seq, sentAtMs) => {
      const batch = describeBatch(seq, sentAtMs);
      return () => JSON.stringify(batch);
    }),
  "socket.io": startSocketIo,
  SSE: startSse,
};

async function startOurs({ dataDir, studioUrl = NO_STUDIO }: OursOptions): Promise<Broadcaster> {
  const runLog = dataDir === undefined ? createMemoryRunLog() : openSqliteRunLog(path.join(dataDir, "bench.db"));
  const config = readConfig({
    EI_API_KEY: API_KEY,
    EI_STUDIO_URL: studioUrl,
    WINDOWSCOPE_HOST: HOST,
    WINDOWSCOPE_PORT: "0",
    WINDOWSCOPE_CATEGORIES: "none",
    WINDOWSCOPE_DATA_DIR: dataDir,
  });
  const { url } = await startServer(config, { runLog, log: createLog("silent") });
  const { number } = await runLog.open(LOG);
  let next = 0;
  const append = (sentAtMs: readonly number[]) => {
    const entries = sentAtMs.map((ms, i) => encodeBatch(number, next + i, ms));
    const at = next;
    next += entries.length;
    return runLog.append([{ log: LOG, at, entries }]);
  };
  return {
    url,
    broadcast: (sentAtMs) => append([sentAtMs]),
    async fill(batches) {
      const perAppend = 125;
      for (let n = 0; n < batches; n += perAppend) {
        await append(new Array<number>(Math.min(perAppend, batches - n)).fill(0));
      }
    },
  };
}

/** @param encode Turns a batch into what makes the message for one viewer. */
async function startWs(encode: (seq: number, sentAtMs: number) => () => Buffer | string): Promise<Broadcaster> {
  const server = new WebSocketServer({ host: HOST, port: 0, perMessageDeflate: false });
  await once(server, "listening");
  let seq = 0;
  return {
    url: addressOf(server.address()),
    broadcast(sentAtMs) {
      const messageFor = encode(seq++, sentAtMs);
      for (const socket of server.clients) socket.send(messageFor());
    },
  };
}

async function startSocketIo(): Promise<Broadcaster> {
  const http = createServer();
  const io = new SocketIo(http, { transports: ["websocket"], serveClient: false });
  io.on("connection", (socket) => void socket.join(LOG));
  let seq = 0;
  return {
    url: await listen(http),
    broadcast: (sentAtMs) => void io.to(LOG).emit("windows", encodeBatch(1, seq++, sentAtMs)),
  };
}

async function startSse(): Promise<Broadcaster> {
  const viewers = new Set<ServerResponse>();
  const http = createServer((request, response) => {
    if (request.url !== SSE_PATH) return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" }).flushHeaders();
    viewers.add(response);
    response.on("close", () => viewers.delete(response));
  });
  let seq = 0;
  return {
    url: await listen(http),
    broadcast(sentAtMs) {
      // Events are text.
      const event = Buffer.from(`data: ${encodeBatch(1, seq++, sentAtMs).toString("base64")}\n\n`, "latin1");
      for (const viewer of viewers) viewer.write(event);
    },
  };
}

async function listen(server: Server): Promise<string> {
  server.listen(0, HOST);
  await once(server, "listening");
  return addressOf(server.address());
}

function addressOf(address: AddressInfo | string | null): string {
  return `http://${HOST}:${(address as AddressInfo).port}`;
}
