import type { Context, MiddlewareHandler } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";

import { problemResponse } from "../api/problem.ts";
import { clientOf, type Client, type ReadClient } from "../proxy.ts";
import { Attempts } from "./attempts.ts";
import type { Session, TokenAccess } from "./token-access.ts";

/** Wrong guesses that an address has in a minute. */
const MOST_FAILURES = 10;
const FAILURES_MS = 60_000;

const COOKIE = "windowscope-session";

/** Who a request comes from: a program that shows the token, or a session. */
export type Caller = "token" | Session;

/** Reads and sets what requests carry as proof: the access token in a header, or a session's secret in a cookie. */
export class Gate {
  readonly #access: TokenAccess;
  readonly #readClient: ReadClient;
  readonly #attempts = new Attempts({ most: MOST_FAILURES, windowMs: FAILURES_MS });
  /** What was found out about a request's header; several parts of the app ask, and a guess counts once. */
  readonly #found = new WeakMap<Context, boolean>();

  constructor(access: TokenAccess, readClient: ReadClient) {
    this.#access = access;
    this.#readClient = readClient;
  }

  /** Whether a request shows the access token in its header. A wrong one counts as a guess, whatever was asked for. */
  showsToken(c: Context): boolean {
    const token = bearerToken(c);
    if (token === undefined) return false;
    const found = this.#found.get(c) ?? this.#try(c, token);
    this.#found.set(c, found);
    return found;
  }

  async callerOf(c: Context): Promise<Caller | undefined> {
    if (this.showsToken(c)) return "token";
    const secret = getCookie(c, COOKIE);
    return secret === undefined ? undefined : this.#access.useSession(secret);
  }

  /** Lets on only who shows the token or has a session. @param isPublic Says which paths anybody may use. */
  requireSignIn(isPublic: (path: string) => boolean): MiddlewareHandler {
    return async (c, next) => {
      if (isPublic(c.req.path)) return next();
      const refusal = this.#refuseGuessers(c);
      if (refusal) return refusal;
      if (await this.callerOf(c)) return next();
      return this.#refuse(c);
    };
  }

  /** Lets on only who shows the token. */
  requireToken(): MiddlewareHandler {
    return async (c, next) => this.#refuseGuessers(c) ?? (this.showsToken(c) ? next() : this.#refuse(c));
  }

  /** Exchanges the token for a session, whose secret goes into a cookie. @returns What is wrong, as an answer. */
  async signIn(c: Context, token: string): Promise<{ readonly expiresAtMs: number } | Response> {
    const refusal = this.#refuseGuessers(c);
    if (refusal) return refusal;
    if (!this.#try(c, token)) {
      return problemResponse(c, 401, "wrong-token", "This is not the access token.");
    }
    const { secret, expiresAtMs } = await this.#access.createSession();
    // No date: the browser forgets it when it is closed, and the server when it is not used.
    setCookie(c, COOKIE, secret, { httpOnly: true, sameSite: "Strict", path: "/", secure: this.#isSecure(c) });
    return { expiresAtMs };
  }

  async signOut(c: Context): Promise<void> {
    const secret = getCookie(c, COOKIE);
    if (secret !== undefined) await this.#access.endSession(secret);
    deleteCookie(c, COOKIE, { path: "/", secure: this.#isSecure(c) });
  }

  /** The guard has let the origin in, so it can be believed; a browser sends it with every POST. */
  #isSecure(c: Context): boolean {
    return this.#clientOf(c).isSecure || (c.req.header("origin") ?? "").startsWith("https:");
  }

  #refuse(c: Context): Response {
    c.header("www-authenticate", 'Bearer realm="Windowscope"');
    const advice = "Sign in on the page, or send Authorization: Bearer and the access token.";
    return problemResponse(c, 401, "sign-in-needed", advice);
  }

  #refuseGuessers(c: Context): Response | undefined {
    const waitMs = this.#attempts.waitMs(this.#clientOf(c).address);
    const isGuess = bearerToken(c) !== undefined || c.req.path.endsWith("/session");
    if (!isGuess || waitMs <= 0) return undefined;
    c.header("retry-after", String(Math.ceil(waitMs / 1000)));
    return problemResponse(c, 429, "too-many-attempts", "Too many wrong tokens came from your address.");
  }

  /** In one step, so that guesses that come at once are counted too. An address that has to wait learns nothing. */
  #try(c: Context, guess: string): boolean {
    const { address } = this.#clientOf(c);
    if (this.#attempts.waitMs(address) > 0) return false;
    const isRight = this.#access.isToken(guess);
    if (!isRight) this.#attempts.failed(address);
    return isRight;
  }

  #clientOf(c: Context): Client {
    return clientOf(c, this.#readClient);
  }
}

function bearerToken(c: Context): string | undefined {
  return /^Bearer +(\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
}
