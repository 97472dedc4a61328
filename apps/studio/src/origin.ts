import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/** Names that no other machine's page can have; the last is what containers call this machine. */
const OWN_NAMES = ["127.0.0.1", "localhost", "[::1]", "host.docker.internal"];

/**
 * Whether a connection may come from where it comes from: a program, which sends no Origin, a page of this machine, or
 * a page of the very address that it connects to, such as one that a phone has opened.
 *
 * That address has to be a number: a name can be made to point here by anybody.
 */
export function isWelcomeOrigin({ headers: { origin, host } }: Pick<IncomingMessage, "headers">): boolean {
  if (origin === undefined || origin === "") return true;
  if (!URL.canParse(origin)) return false;
  const { hostname } = new URL(origin);
  if (OWN_NAMES.includes(hostname)) return true;
  const own = host !== undefined && URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : "";
  return hostname === own && isIP(hostname.replace(/^\[|\]$/g, "")) !== 0;
}
