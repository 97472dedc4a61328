import {
  createClient,
  DisconnectsClientError,
  ErrorReply,
  RESP_TYPES,
  type RedisArgument,
  type RedisClientType,
} from "@redis/client";

import { RunLogUnavailableError } from "./run-log.ts";
import type { Script } from "./redis-scripts.ts";

/** What Redis answers, with text as bytes. */
export type Reply = Buffer | number | null | readonly Reply[];

type Client = RedisClientType;

const LONGEST_RECONNECT_WAIT_MS = 1_000;

/** For the commands still under way. */
const LONGEST_CLOSE_MS = 1_000;

/** Between two tries of a command that failed at once. */
const RETRY_WAIT_MS = 50;

/**
 * A connection to Redis that comes back by itself, and on which nobody waits for ever.
 *
 * A command whose answer got lost is sent again once there is a connection: it may be carried out twice, the first time
 * even after the second, so every command has to be one for which that makes no difference.
 */
export class RedisConnection {
  /** Address without what is secret in it. */
  readonly address: string;
  readonly #url: string;
  readonly #password: string;
  readonly #giveUpAfterMs: number;
  readonly #waiting = new Set<() => void>();
  #client: Client;
  #hasBeenReady = false;
  #isClosed = false;
  #lastProblem = "no connection";

  private constructor(url: string, giveUpAfterMs: number) {
    const { protocol, host, password } = parseRedisUrl(url);
    this.address = `${protocol}//${host}`;
    this.#url = url;
    this.#password = password;
    this.#giveUpAfterMs = giveUpAfterMs;
    this.#client = this.#createClient();
  }

  /**
   * @throws {TypeError} when the URL is not one of Redis.
   * @throws {RunLogUnavailableError} when there is no connection in time, or Redis does not let us in.
   */
  static async open(url: string, giveUpAfterMs: number): Promise<RedisConnection> {
    const connection = new RedisConnection(url, giveUpAfterMs);
    try {
      const refused = connection.#client.connect().then(() => new Promise<never>(() => undefined));
      await Promise.race([refused, connection.#untilReady(Date.now() + giveUpAfterMs)]);
      return connection;
    } catch (error) {
      await connection.close();
      if (error instanceof RunLogUnavailableError) throw error;
      throw new RunLogUnavailableError(connection.address, connection.#withoutSecrets(error));
    }
  }

  /**
   * Runs a program, and sends it along when Redis does not know it yet.
   *
   * @throws {ErrorReply} when Redis refuses.
   * @throws {RunLogUnavailableError} when there is no answer in time.
   */
  async run(script: Script, keys: readonly RedisArgument[], args: readonly RedisArgument[]): Promise<Reply> {
    const rest = [String(keys.length), ...keys, ...args];
    const deadlineMs = Date.now() + this.#giveUpAfterMs;
    try {
      return await this.send(["EVALSHA", script.sha, ...rest], deadlineMs);
    } catch (error) {
      if (!(error instanceof ErrorReply && error.message.startsWith("NOSCRIPT"))) throw error;
      return await this.send(["EVAL", script.source, ...rest], deadlineMs);
    }
  }

  /** Sends one command; see `run`. */
  async send(command: readonly RedisArgument[], deadlineMs = Date.now() + this.#giveUpAfterMs): Promise<Reply> {
    for (;;) {
      await this.#untilReady(deadlineMs);
      const client = this.#client;
      try {
        return await this.#answer(client, command, deadlineMs);
      } catch (error) {
        const isLoading = error instanceof ErrorReply && error.message.startsWith("LOADING");
        const isFinal = (error instanceof ErrorReply && !isLoading) || error instanceof TypeError;
        if (isFinal || error instanceof RunLogUnavailableError) throw error;
        if (!(error instanceof DisconnectsClientError)) this.#lastProblem = this.#withoutSecrets(error);
        await pause(RETRY_WAIT_MS);
      }
    }
  }

  /** A second connection to the same Redis, for what needs one of its own. Failing, it tries again. */
  async duplicate(): Promise<Client> {
    const client: Client = createClient({ ...OPTIONS, url: this.#url, socket: { reconnectStrategy: reconnectWaitMs } });
    client.on("error", () => undefined);
    await this.#within(client.connect(), Date.now() + this.#giveUpAfterMs, () => client.destroy());
    return client;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const wake of this.#waiting) wake();
    if (this.#client.isReady) {
      const closed = this.#client.close();
      await this.#within(closed, Date.now() + LONGEST_CLOSE_MS, () => undefined).catch(() => undefined);
    }
    if (this.#client.isOpen) this.#client.destroy();
  }

  #createClient(): Client {
    const client: Client = createClient({
      ...OPTIONS,
      url: this.#url,
      disableOfflineQueue: true,
      socket: {
        reconnectStrategy: (retries, cause) => {
          // Before there ever was a connection, a refusal is a mistake in the settings.
          if (cause instanceof ErrorReply && !this.#hasBeenReady) return cause;
          return this.#isClosed ? false : reconnectWaitMs(retries);
        },
      },
    });
    client.on("error", (error) => {
      this.#lastProblem = this.#withoutSecrets(error);
    });
    client.on("ready", () => {
      this.#hasBeenReady = true;
      for (const wake of this.#waiting) wake();
    });
    return client;
  }

  async #untilReady(deadlineMs: number): Promise<void> {
    while (!this.#client.isReady) {
      if (this.#isClosed) throw new RunLogUnavailableError(this.address, "the run log is closed");
      const leftMs = deadlineMs - Date.now();
      if (leftMs <= 0) throw this.#unavailable();
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, leftMs);
        this.#waiting.add(wake);
      });
    }
  }

  async #answer(client: Client, command: readonly RedisArgument[], deadlineMs: number): Promise<Reply> {
    const typeMapping = { [RESP_TYPES.BLOB_STRING]: Buffer };
    return this.#within(client.sendCommand<Reply>(command, { typeMapping }), deadlineMs, () => {
      // A connection can be dead without a sign of it: whoever asks next gets a new one.
      if (client === this.#client && !this.#isClosed) this.#replaceClient();
    });
  }

  #replaceClient(): void {
    const silent = this.#client;
    this.#lastProblem = SILENT;
    this.#client = this.#createClient();
    this.#client.connect().catch(() => undefined);
    if (silent.isOpen) silent.destroy();
  }

  async #within<T>(answer: Promise<T>, deadlineMs: number, onTimeout: () => void): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(this.#unavailable());
        onTimeout();
      }, deadlineMs - Date.now());
    });
    try {
      return await Promise.race([answer, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  #unavailable(): RunLogUnavailableError {
    const why = this.#client.isReady ? SILENT : this.#lastProblem;
    return new RunLogUnavailableError(this.address, `no answer within ${this.#giveUpAfterMs / 1000} s (${why})`);
  }

  /** Old versions repeat in their error what they were sent, the password too. */
  #withoutSecrets(error: unknown): string {
    const message = error instanceof Error ? error.message || error.name : String(error);
    const forms = [this.#password, encodeURIComponent(this.#password)].filter((form) => form !== "");
    return forms.reduce((text, form) => text.replaceAll(form, "***"), message);
  }
}

const SILENT = "it is connected, but silent";

const OPTIONS = { maintNotifications: "disabled" } as const;

function reconnectWaitMs(retries: number): number {
  // First the bound, then the chance, or else everybody comes back at the bound.
  return Math.random() * Math.min(LONGEST_RECONNECT_WAIT_MS, 50 * 2 ** retries);
}

/** @throws {TypeError} whose message does not have the URL in it, as there may be a password in that. */
function parseRedisUrl(url: string): { protocol: string; host: string; password: string } {
  const { protocol, host, password } = URL.canParse(url) ? new URL(url) : new URL("about:blank");
  if (protocol !== "redis:" && protocol !== "rediss:") {
    throw new TypeError("The address of Redis must look like redis://[user:password@]host[:port][/database].");
  }
  return { protocol, host, password: decodeURIComponent(password) };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
