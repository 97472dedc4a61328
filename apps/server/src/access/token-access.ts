/**
 * Access by one token: who knows it gets a session, and who has a session gets tickets for live connections.
 *
 * Sessions and tickets are logs of the run log without entries, their facts in the meta, so that any replica knows
 * those that another one gave out. Their names are made from the secret and the access token by a one-way function:
 * nobody who reads the run log can use one, and another access token ends all of them.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

import { NoSuchLogError, type RunLog } from "@windowscope/runlog";

import type { Access, Grant } from "./access.ts";
import { Revocations } from "./revocations.ts";

export interface Session {
  /** Name of its log. */
  readonly session: string;
  readonly expiresAtMs: number;
}

interface TicketRecord {
  readonly session: string;
  readonly logs: Grant["logs"];
  readonly expiresAtMs: number;
}

/** A session ends so long after it was last used. */
export const SESSION_MS = 12 * 60 * 60_000;
export const TICKET_MS = 30_000;
/** A session that is used is prolonged once in so long. */
const RENEW_MS = 10 * 60_000;
/** Programs that show the token itself have no session that could be ended. */
const TOKEN_SESSION = "token";

const SESSION_PREFIX = "session-";
const TICKET_PREFIX = "ticket-";
/** At the creation of a session or ticket those that are over are cleared away, at most once in so long. */
const QUICK_SWEEP_MS = 10_000;
const QUICK_SWEEP_LOGS = 500;
const SWEEP_PAGE = 500;
const SWEEP_MS = 60 * 60_000;

/** @param token What people sign in with. */
export async function createAccess(runLog: RunLog, token: string): Promise<TokenAccess> {
  const access = new TokenAccess(runLog, token, await Revocations.open(runLog));
  await access.sweep();
  return access;
}

export class TokenAccess implements Access {
  readonly isOpen = false;
  readonly #runLog: RunLog;
  readonly #token: string;
  readonly #revocations: Revocations;
  readonly #sweeping: NodeJS.Timeout;
  #quickSweepMs = 0;

  constructor(runLog: RunLog, token: string, revocations: Revocations) {
    this.#runLog = runLog;
    this.#token = token;
    this.#revocations = revocations;
    // What goes wrong is tried again an hour later.
    this.#sweeping = setInterval(() => void this.sweep().catch(() => undefined), SWEEP_MS);
    this.#sweeping.unref();
  }

  /** Whether somebody knows the token. Takes as long for every guess. */
  isToken(guess: string): boolean {
    return timingSafeEqual(sha256(guess), sha256(this.#token));
  }

  /** @returns The secret that belongs into a cookie. */
  async createSession(): Promise<{ readonly secret: string; readonly expiresAtMs: number }> {
    const secret = `wss_${randomBytes(32).toString("base64url")}`;
    const expiresAtMs = Date.now() + SESSION_MS;
    await this.#create(this.#logOf(SESSION_PREFIX, secret), { expiresAtMs });
    return { secret, expiresAtMs };
  }

  /** The session of a secret, prolonged by its use; `undefined` when it is unknown or over. */
  async useSession(secret: string): Promise<Session | undefined> {
    const log = this.#logOf(SESSION_PREFIX, secret);
    const found = await this.#findSession(log);
    const expiresAtMs = Date.now() + SESSION_MS;
    if (!found || expiresAtMs - found.expiresAtMs < RENEW_MS) return found;
    try {
      await this.#runLog.append([{ log, at: 0, entries: [], meta: JSON.stringify({ expiresAtMs }) }]);
      return { session: log, expiresAtMs };
    } catch (error) {
      // Ended in this very moment.
      if (error instanceof NoSuchLogError) return undefined;
      throw error;
    }
  }

  /** Ends a session, and tells every replica. Ending one that is over is fine. */
  async endSession(secret: string): Promise<void> {
    const log = this.#logOf(SESSION_PREFIX, secret);
    if (!(await this.#runLog.stat(log))) return;
    await this.#runLog.delete(log);
    await this.#revocations.announce(log);
  }

  /**
   * Gives out a ticket for one live connection.
   *
   * @param session `undefined` for a program that showed the token itself.
   */
  async createTicket(session: Session | undefined, logs: Grant["logs"]): Promise<string> {
    const ticket = `wst_${randomBytes(32).toString("base64url")}`;
    const record: TicketRecord = {
      session: session?.session ?? TOKEN_SESSION,
      logs,
      expiresAtMs: Date.now() + TICKET_MS,
    };
    await this.#create(this.#logOf(TICKET_PREFIX, ticket), record);
    return ticket;
  }

  async redeem(ticket: string): Promise<Grant | undefined> {
    const log = this.#logOf(TICKET_PREFIX, ticket);
    const record = await this.#read<TicketRecord>(log);
    if (!record || !(await this.#takeOnce(log)) || record.expiresAtMs <= Date.now()) return undefined;
    const { session, logs } = record;
    if (session === TOKEN_SESSION) return { session, logs, expiresAtMs: Date.now() + SESSION_MS };
    const found = await this.#findSession(session);
    return found && { session, logs, expiresAtMs: found.expiresAtMs };
  }

  onRevoked(listener: (session: string) => void): () => void {
    return this.#revocations.on(listener);
  }

  /** Clears away every session and ticket that is over. */
  async sweep(): Promise<void> {
    for (const prefix of [SESSION_PREFIX, TICKET_PREFIX]) {
      for (let before: number | undefined = Infinity; before !== undefined;) {
        before = await this.#sweepPage(prefix, SWEEP_PAGE, before);
      }
    }
  }

  close(): void {
    clearInterval(this.#sweeping);
    this.#revocations.close();
  }

  #logOf(prefix: string, secret: string): string {
    return prefix + createHmac("sha256", this.#token).update(secret).digest("hex");
  }

  async #create(log: string, record: object): Promise<void> {
    await this.#runLog.open(log);
    await this.#runLog.append([{ log, at: 0, entries: [], meta: JSON.stringify(record) }]);
    if (Date.now() - this.#quickSweepMs < QUICK_SWEEP_MS) return;
    this.#quickSweepMs = Date.now();
    await this.#sweepPage(TICKET_PREFIX, QUICK_SWEEP_LOGS, Infinity);
  }

  async #read<T>(log: string): Promise<T | undefined> {
    const meta = (await this.#runLog.stat(log))?.meta;
    return meta === undefined ? undefined : (JSON.parse(meta) as T);
  }

  async #findSession(log: string): Promise<Session | undefined> {
    const record = await this.#read<{ readonly expiresAtMs: number }>(log);
    const isValid = record !== undefined && record.expiresAtMs > Date.now();
    return isValid ? { session: log, expiresAtMs: record.expiresAtMs } : undefined;
  }

  /** @returns False when somebody else has taken it before. */
  async #takeOnce(log: string): Promise<boolean> {
    try {
      // A name of its own for each attempt: who held the lease before would get it again.
      const fence = await this.#runLog.lease(log, { holder: randomBytes(8).toString("hex"), ttlMs: 2 * TICKET_MS });
      if (fence === undefined) return false;
      await this.#runLog.delete(log);
      return true;
    } catch (error) {
      if (error instanceof NoSuchLogError) return false;
      throw error;
    }
  }

  /** @returns Where the next page begins; `undefined` after the last. */
  async #sweepPage(prefix: string, limit: number, before: number): Promise<number | undefined> {
    const page = await this.#runLog.list({ prefix, limit, ...(before !== Infinity && { before }) });
    for (const { log, meta, createdAtMs } of page) {
      // One without meta is being made this moment, or its maker died.
      const expiresAtMs =
        meta === undefined ? createdAtMs + TICKET_MS : (JSON.parse(meta) as { expiresAtMs: number }).expiresAtMs;
      if (expiresAtMs <= Date.now()) await this.#runLog.delete(log);
    }
    return page.length === limit ? page.at(-1)?.number : undefined;
  }
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
