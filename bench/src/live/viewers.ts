/**
 * Viewers that count what they get and do nothing else, so that it is the server that is measured.
 *
 * Ours acknowledges as the protocol's client does; that of socket.io answers pings.
 */
import { once } from "node:events";
import { get } from "node:http";

import { SUBPROTOCOL, type SubscribeFrom } from "@windowscope/protocol";
import { WebSocket } from "ws";

import { HEAD_BYTES, readEntryBytes, readSentAtMs, readSentAtMsFromJson } from "./batch.ts";
import { SSE_PATH, type ContenderName } from "./contenders.ts";
import { LOG } from "./settings.ts";

/** Called for each batch that comes. */
export type OnBatch = (sentAtMs: number) => void;

/** A viewer that has everything that there is, and waits for more. */
export interface Viewer {
  close(): void;
}

/** Connects the viewer with this number. */
type Connect = (url: string, viewer: number, onBatch: OnBatch) => Promise<Viewer>;

export const CONNECT: Readonly<Record<ContenderName, Connect>> = {
  ours: (url, viewer, onBatch) => connectOurs(url, viewer, "now", onBatch),
  ws: (url, viewer, onBatch) => connectWs(url, viewer, (message) => onBatch(readSentAtMs(message))),
  "ws, JSON.stringify for each": (url, viewer, onBatch) =>
    connectWs(url, viewer, (message) => onBatch(readSentAtMsFromJson(message))),
  "socket.io": connectSocketIo,
  SSE: connectSse,
};

/** Limits are for each address, and loopback has many. */
const ADDRESSES = 200;
/** As the protocol's own client acknowledges. */
const ACK_ENTRIES = 64;
const ACK_BYTES = 256 * 1024;

/** Resolves when the server says that the viewer has caught up. */
export async function connectOurs(url: string, viewer: number, from: SubscribeFrom, onBatch: OnBatch): Promise<Viewer> {
  const socket = openSocket(`${url}/live`, viewer, SUBPROTOCOL);
  const say = (message: object) => socket.send(JSON.stringify(message));
  let next = 0;
  let ackedNext = 0;
  let unackedBytes = 0;
  socket.on("open", () => say({ type: "hello", client: "bench" }));
  await new Promise<void>((resolve) => {
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      if (!isBinary) {
        const message = JSON.parse(data.toString()) as { readonly type: string; readonly from: number };
        if (message.type === "welcome") say({ type: "sub", id: 1, log: LOG, from });
        else if (message.type === "subok") next = ackedNext = message.from;
        else if (message.type === "live") resolve();
        else if (message.type === "err") throw new Error(`A viewer is refused: ${data.toString()}`);
        return;
      }
      for (let at = 0; at < data.length; at += readEntryBytes(data, at)) {
        next++;
        onBatch(readSentAtMs(data, at));
      }
      unackedBytes += data.length;
      if (next - ackedNext < ACK_ENTRIES && unackedBytes < ACK_BYTES) return;
      ackedNext = next;
      unackedBytes = 0;
      say({ type: "ack", id: 1, seq: next });
    });
  });
  return socket;
}

async function connectWs(url: string, viewer: number, onMessage: (message: Buffer) => void): Promise<Viewer> {
  const socket = openSocket(url, viewer);
  socket.on("message", onMessage);
  await once(socket, "open");
  return socket;
}

/** Engine.IO 4 as far as it is needed: an event with a buffer is a text frame and a binary one. */
async function connectSocketIo(url: string, viewer: number, onBatch: OnBatch): Promise<Viewer> {
  const socket = openSocket(`${url}/socket.io/?EIO=4&transport=websocket`, viewer);
  await new Promise<void>((resolve) => {
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      if (isBinary) return onBatch(readSentAtMs(data));
      const text = data.toString("latin1");
      if (text.startsWith("0")) socket.send("40");
      else if (text === "2") socket.send("3");
      else if (text.startsWith("40")) resolve();
    });
  });
  return socket;
}

const EVENT_START = "data: ";
const EVENT_END = "\n\n";
/** Characters of base64 that have the head of an entry; a multiple of four decodes by itself. */
const HEAD_CHARACTERS = Math.ceil(HEAD_BYTES / 3) * 4;

async function connectSse(url: string, viewer: number, onBatch: OnBatch): Promise<Viewer> {
  const request = get(`${url}${SSE_PATH}`, { localAddress: addressOf(viewer), agent: false });
  const [response] = (await once(request, "response")) as [NodeJS.ReadableStream];
  let waiting = "";
  response.setEncoding("latin1").on("data", (text: string) => {
    waiting += text;
    let at = 0;
    for (let end = waiting.indexOf(EVENT_END); end !== -1; end = waiting.indexOf(EVENT_END, at)) {
      const from = at + EVENT_START.length;
      onBatch(readSentAtMs(Buffer.from(waiting.slice(from, from + HEAD_CHARACTERS), "base64")));
      at = end + EVENT_END.length;
    }
    waiting = waiting.slice(at);
  });
  // The connection is reset when the viewer leaves.
  response.on("error", () => undefined);
  return { close: () => request.destroy() };
}

function openSocket(url: string, viewer: number, subprotocol: string | string[] = []): WebSocket {
  const options = { perMessageDeflate: false, localAddress: addressOf(viewer) };
  const socket = new WebSocket(url.replace(/^http/, "ws"), subprotocol, options);
  socket.on("close", (code, reason) => {
    // Figures of an audience that shrinks are worth nothing. 1005: we left.
    if (code !== 1005) throw new Error(`The server ended a viewer's connection: ${code} ${reason.toString()}`);
  });
  return socket;
}

function addressOf(viewer: number): string {
  return `127.0.0.${2 + (viewer % ADDRESSES)}`;
}
