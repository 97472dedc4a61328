import type { ServerMessage } from "@windowscope/protocol";

import type { Access } from "../access/access.ts";
import type { ServerLog } from "../log.ts";
import type { LogTails } from "./log-tails.ts";

/** How the server itself stands, whatever the logs say. */
export type StatusMessage = Extract<ServerMessage, { type: "studio" | "store" }>;

/** Somebody who follows logs, over whichever transport. The hub looks after all of them together. */
export interface Viewer {
  /** Names the session that let it in; `undefined` where nothing is asked. */
  readonly session: string | undefined;
  /** Handed to the socket and not yet on the wire. */
  readonly bufferedBytes: number;
  /** Of all its logs together. */
  readonly subscriptionCount: number;
  /** Entries that it has not got yet, of the log in which that is most. */
  readonly lag: number;
  /** Does what is due; comes about every second. @param nowMs Of `performance.now()`. */
  tick(nowMs: number): void;
  setStatus(status: StatusMessage): void;
  /** The server goes away for a while. @param inMs How long the viewer is to wait before it comes back. */
  sayGoodbye(inMs: number): void;
  /** Ends the connection. */
  close(code: number, reason: string): void;
}

/** What viewers share. */
export interface LiveParts {
  readonly tails: LogTails;
  readonly access: Access;
  readonly serverLog: ServerLog;
  /** How it stands with Studio, and with the store of the logs. */
  readonly statuses: readonly StatusMessage[];
  /** A viewer is about to be sent away. */
  closing(code: number): void;
  /** So many bytes of entries were handed to a socket. */
  sent(bytes: number): void;
}

/** Everything else in the run log only the server itself reads: positions of watches, locks, sessions, tickets. */
const PUBLIC_LOG = /^(feed$|(run|test|recording)-)/;

/** Whether viewers may follow a log at all. */
export function isPublicLog(log: string): boolean {
  return PUBLIC_LOG.test(log);
}
