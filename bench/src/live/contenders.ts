/** Who is compared. `ws` with one buffer for everybody is the limit: less than that nobody can do with WebSockets. */
export const CONTENDERS = ["ours", "ws", "ws, JSON.stringify for each", "socket.io", "SSE"] as const;

export type ContenderName = (typeof CONTENDERS)[number];

export const SSE_PATH = "/events";
