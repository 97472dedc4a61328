import { WebSocket } from "ws";

import type { LiveSocket } from "./live-socket.ts";

/** Opens a socket of the package `ws`, since Node 20 has none of its own. What `#websocket` means in Node. */
export function openSocket(url: string, subprotocol: string): LiveSocket {
  return new WebSocket(url, subprotocol, { perMessageDeflate: false });
}
