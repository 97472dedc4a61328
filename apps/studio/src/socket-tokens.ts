import { randomBytes } from "node:crypto";

export const SOCKET_TOKEN_LIFETIME_MS = 60 * 60 * 1000;

/** Tokens that let a socket in, for a while. */
export class SocketTokens {
  readonly #lifetimeMs: number;
  readonly #tokens = new Map<string, { projectId: number; expiresMs: number }>();

  constructor(lifetimeMs = SOCKET_TOKEN_LIFETIME_MS) {
    this.#lifetimeMs = lifetimeMs;
  }

  issue(projectId: number, lifetimeMs = this.#lifetimeMs): { socketToken: string; expires: string } {
    const now = Date.now();
    for (const [token, { expiresMs }] of this.#tokens) if (expiresMs <= now) this.#tokens.delete(token);
    const socketToken = randomBytes(24).toString("base64url");
    const expiresMs = now + lifetimeMs;
    this.#tokens.set(socketToken, { projectId, expiresMs });
    return { socketToken, expires: new Date(expiresMs).toISOString() };
  }

  /** The project that a token is for, unless it has expired. */
  redeem(token: unknown): number | undefined {
    const found = typeof token === "string" ? this.#tokens.get(token) : undefined;
    return found && found.expiresMs > Date.now() ? found.projectId : undefined;
  }
}
