import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";

import { SUBPROTOCOL } from "@windowscope/protocol";
import { WebSocketServer } from "ws";

import { DEFAULT_LIMITS, type LiveLimits } from "./limits.ts";

type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => unknown;

/** Another listener has so long to take an upgrade that ours refused without a word. */
const UNTAKEN_MS = 500;

/** The WebSocket server of the live socket; it waits for upgrades that are handed to it. */
export function createLiveSocketServer(limits: LiveLimits = DEFAULT_LIMITS): WebSocketServer {
  const options = {
    noServer: true,
    // 25 times the CPU for what is mostly numbers.
    perMessageDeflate: false,
    clientTracking: true,
    maxPayload: limits.controlBytes,
    maxFragments: 64,
    maxBufferedChunks: 1024,
    maxPendingAutoPongs: 16,
    closeTimeout: 4_000,
    handleProtocols: chooseProtocol,
  };
  // The types of ws do not know its newest limits.
  return new WebSocketServer(options);
}

/**
 * Ours, or else another version of it, since a browser hears only from a protocol that it has offered that the server
 * speaks another one. Nothing else is repeated: it may be a secret that somebody put there.
 */
function chooseProtocol(offered: Set<string>): string | false {
  if (offered.has(SUBPROTOCOL)) return SUBPROTOCOL;
  return [...offered].find((name) => /^windowscope\.v\d{1,4}$/.test(name)) ?? false;
}

/**
 * Closes three holes of the server's upgrade listener, each of which lets anybody keep connections open for ever: an
 * upgrade to something other than a WebSocket gets no answer, a refused one none when there is a second listener, and
 * a client that keeps its side of a refused one open keeps the whole socket.
 */
export function guardUpgrades(
  server: Server,
  sockets: WebSocketServer,
  { handshakeMs }: LiveLimits = DEFAULT_LIMITS,
): void {
  const [listener] = server.listeners("upgrade") as UpgradeListener[];
  if (!listener) throw new Error("The server has no upgrade listener to guard.");
  server.removeAllListeners("upgrade");
  const pending = new WeakMap<Duplex, () => void>();
  sockets.on("connection", (_socket, request) => pending.get(request.socket)?.());
  server.on("upgrade", (request, socket, head) => {
    const destroy = () => socket.destroy();
    socket.on("error", destroy);
    // After the last word on our side nobody waits for one from the other.
    socket.once("finish", destroy);
    let timer = setTimeout(destroy, handshakeMs);
    const settle = () => {
      clearTimeout(timer);
      socket.off("error", destroy).off("finish", destroy).off("close", settle);
    };
    pending.set(socket, settle);
    socket.once("close", settle);
    if (request.headers.upgrade?.toLowerCase() !== "websocket") {
      refuse(socket);
      return;
    }
    void Promise.resolve(listener(request, socket, head)).then(() => {
      if (isTaken(socket)) return;
      clearTimeout(timer);
      timer = setTimeout(() => (isTaken(socket) ? settle() : refuse(socket)), UNTAKEN_MS);
    });
  });
}

/** Whether somebody has answered, or listens in order to. */
function isTaken(socket: Duplex): boolean {
  const { bytesWritten } = socket as Duplex & { readonly bytesWritten?: number };
  return socket.destroyed || socket.writableEnded || (bytesWritten ?? 0) > 0 || socket.listenerCount("data") > 0;
}

function refuse(socket: Duplex): void {
  socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
}
