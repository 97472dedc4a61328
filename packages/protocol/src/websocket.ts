import type { LiveSocket } from "./live-socket.ts";

/** Opens a socket of the platform's own. What `#websocket` means everywhere but in Node; see package.json. */
export function openSocket(url: string, subprotocol: string): LiveSocket {
  return new WebSocket(url, subprotocol);
}
