import { createServer } from "node:http";

import { WebSocketServer } from "ws";

import { isWelcomeOrigin } from "../origin.ts";

/** A picture in a high resolution, in Base64, is the largest thing that a device says. */
const LARGEST_MESSAGE_BYTES = 4 * 1024 * 1024;
const MOST_CONNECTIONS = 1_000;

/** Listens for devices. */
export function listenForDevices(host: string, port: number): Promise<WebSocketServer> {
  const http = createServer((_request, answer) => answer.writeHead(426).end("Devices connect by WebSocket.\n"));
  const server = new WebSocketServer({
    server: http,
    maxPayload: LARGEST_MESSAGE_BYTES,
    perMessageDeflate: false,
    verifyClient: ({ req }, answer) => {
      if (!isWelcomeOrigin(req)) answer(false, 401, "Pages of other machines may not connect");
      else if (server.clients.size >= MOST_CONNECTIONS) answer(false, 503, "Too many devices");
      else answer(true);
    },
  });
  server.on("close", () => {
    http.close();
    // Whoever has sent half a request is not waited for.
    http.closeAllConnections();
  });
  return new Promise((resolve, reject) => {
    server.once("listening", () => resolve(server));
    server.once("error", reject);
    http.listen(port, host);
  });
}
