import type { IncomingMessage, Server } from "node:http";

import { DEFAULT_LIMITS } from "./live/limits.ts";

/** Options of the HTTP server: who sends a request slower than this is cut off. */
export const SLOW_CLIENT_LIMITS = {
  headersTimeout: DEFAULT_LIMITS.handshakeMs,
  /** For the longest: a recording over a slow line, which may have to wait for its turn before it is read. */
  requestTimeout: 900_000,
  // How often Node looks; its own choice of 30 s would make the two above meaningless.
  connectionsCheckingInterval: 1_000,
} as const;

const BODY_MS = 30_000;

/**
 * Cuts off who does not get the body of a request over in time, or, where a body may be long, who sends nothing of it for
 * as long although it is read.
 *
 * @param options `isLong`: whether the body of a request to this address may be long.
 */
export function cutSlowBodies(
  server: Server,
  { isLong, bodyMs = BODY_MS }: { readonly isLong: (path: string) => boolean; readonly bodyMs?: number },
): void {
  server.on("request", (request: IncomingMessage) => {
    const { headers, socket, url = "" } = request;
    if (headers["content-length"] === undefined && headers["transfer-encoding"] === undefined) return;
    const mayBeLong = isLong(url);
    let bytesBefore = socket.bytesRead;
    const timer = setInterval(() => {
      const isWaiting = request.readableLength > 0;
      const isMoving = socket.bytesRead > bytesBefore;
      bytesBefore = socket.bytesRead;
      if (request.complete) clearInterval(timer);
      else if (!mayBeLong || !(isMoving || isWaiting)) socket.destroy();
    }, bodyMs);
    request.once("close", () => clearInterval(timer));
  });
}
