/** Why a connection was closed. The hundreds say what the client does; SPEC.md has the table. */
export const CLOSE = {
  done: 1000,
  tooBig: 1009,
  internal: 1011,
  restart: 1012,
  overloaded: 1013,
  helloTimeout: 4108,
  tooManyMessages: 4129,
  tooManyConnections: 4130,
  stalled: 4200,
  draining: 4201,
  credentialsExpired: 4202,
  badMessage: 4400,
  unauthenticated: 4401,
  forbidden: 4403,
  logInUse: 4409,
  wrongVersion: 4415,
} as const;

/**
 * What the client does after a close code: tries again within a second, after a growing wait, within a second but only
 * with another ticket, or not at all.
 */
export type CloseAction = "reconnect" | "back off" | "renew ticket" | "stay closed";

/** What SPEC.md's table of close codes says. A code that is not in it counts by its hundreds. */
export function closeAction(code: number): CloseAction {
  switch (code) {
    case CLOSE.done:
    case CLOSE.tooBig:
      return "stay closed";
    case 1001:
    case CLOSE.restart:
      return "reconnect";
    case CLOSE.unauthenticated:
      return "renew ticket";
    default:
  }
  switch (Math.floor(code / 100)) {
    case 42:
      return "reconnect";
    case 44:
      return "stay closed";
    default:
      return "back off";
  }
}
