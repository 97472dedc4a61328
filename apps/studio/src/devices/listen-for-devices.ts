import { WebSocketServer } from "ws";

import { isWelcomeOrigin } from "../origin.ts";

/** A picture in a high resolution, in Base64, is the largest thing that a device says. */
const LARGEST_MESSAGE_BYTES = 4 * 1024 * 1024;
const MOST_CONNECTIONS = 1_000;

/** Listens for devices. */
export function listenForDevices(host: string, port: number): Promise<WebSocketServer> {
  return new Promise((resolve, reject) => {
    const server = new WebSocketServer({
      host,
      port,
      maxPayload: LARGEST_MESSAGE_BYTES,
      perMessageDeflate: false,
      verifyClient: ({ req }, answer) => {
        if (!isWelcomeOrigin(req)) answer(false, 401, "Pages of other machines may not connect");
        else if (server.clients.size >= MOST_CONNECTIONS) answer(false, 503, "Too many devices");
        else answer(true);
      },
    });
    server.once("listening", () => resolve(server));
    server.once("error", reject);
  });
}
