import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";

type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** A handshake has to be done by then. */
const HANDSHAKE_MS = 10_000;

/**
 * Closes three holes of the server's upgrade listener, each of which lets anybody keep connections open for ever: an
 * upgrade to something other than a WebSocket gets no answer, a refused one none when there is a second listener, and
 * a client that keeps its side of a refused one open keeps the whole socket.
 */
export function guardUpgrades(server: Server): void {
  const [listener] = server.listeners("upgrade") as UpgradeListener[];
  if (!listener) throw new Error("The server has no upgrade listener to guard.");
  server.removeAllListeners("upgrade");
  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    // After the last word on our side nobody waits for one from the other.
    socket.once("finish", () => socket.destroy());
    if (request.headers.upgrade?.toLowerCase() !== "websocket") {
      socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    const timer = setTimeout(() => {
      // A finished handshake has put its own listener on the data.
      if (socket.listenerCount("data") === 0) socket.destroy();
    }, HANDSHAKE_MS);
    socket.once("close", () => clearTimeout(timer));
    listener(request, socket, head);
  });
}
