import createClient from "openapi-fetch";

import { readAnswer } from "./answers.ts";
import type { AnswerOf, BodyOf, OperationId, PathOf, paths, QueryOf } from "./api-types.ts";
import {
  isTransient,
  StudioError,
  type StudioStatusError,
  StudioTimeoutError,
  StudioUnreachableError,
} from "./errors.ts";
import { onAbort } from "./on-abort.ts";
import { pause } from "./pause.ts";
import type { Route } from "./routes.ts";

/** Which Studio, by what right, and how patiently. */
export interface StudioOptions {
  /** Key of a project, `ei_...`. Goes into the request header and nowhere else. */
  readonly apiKey?: string;
  /** Token of a person who has logged in, instead of a key. */
  readonly jwt?: string;
  /** Address without the `/v1`, such as `http://127.0.0.1:4800`; Edge Impulse's cloud when absent. */
  readonly baseUrl?: string;
  /** Sends the requests; the platform's own when absent. */
  readonly fetch?: typeof fetch;
  /** Longest time for one attempt, ms. A minute when absent. */
  readonly timeoutMs?: number;
  /** How often a request that only reads is sent again when it fails for a passing reason; twice when absent. */
  readonly retry?: { readonly most: number };
  /** Told of each request when it has ended, however it did. */
  readonly onRequest?: (request: RequestReport) => void;
  /** Told of attempts that failed and are made again. */
  readonly logger?: Pick<Console, "warn">;
}

/** One attempt at one call. */
export interface RequestReport {
  readonly operation: OperationId;
  /** From 1. */
  readonly attempt: number;
  readonly durationMs: number;
  /** Absent when no answer came. */
  readonly status: number | undefined;
  readonly error: Error | undefined;
  /** When another attempt follows: after how long. */
  readonly retryInMs: number | undefined;
}

/** A Studio and the right to ask it. */
export interface Transport {
  /** Address without the `/v1`, and without a slash at its end. */
  readonly baseUrl: string;
  /**
   * Sends one request, again if need be, and reads its answer.
   *
   * @throws {StudioAuthenticationError} when the key is not accepted.
   * @throws {StudioRefusedError} when Studio answers `success: false`; `StudioNotFoundError` and `NotTrainedError` are
   *   two of its kinds.
   * @throws {StudioUnreachableError} when no answer comes; `StudioTimeoutError` when none comes in time.
   * @throws {StudioStatusError} when a status tells of trouble, and nothing else does.
   * @throws {StudioAnswerError} when the answer makes no sense.
   * @throws The signal's reason when it aborts.
   */
  send<K extends OperationId>(route: Route<K>, ...request: RequestArgument<K>): Promise<AnswerOf<K>>;
}

/** What a call takes. Path and query may be left out only if the operation needs nothing of them. */
export type StudioRequest<K extends OperationId> = WhereNeeded<"path", PathOf<K>> &
  WhereNeeded<"query", QueryOf<K>> & { readonly body?: BodyOf<K>; readonly signal?: AbortSignal | undefined };

/** A member that has to be there unless everything in it may be absent. */
type WhereNeeded<Name extends string, T> =
  Record<never, never> extends NonNullable<T>
    ? { readonly [N in Name]?: T }
    : undefined extends T
      ? { readonly [N in Name]?: T }
      : { readonly [N in Name]: T };

/** The request as an argument, which may be left out if nothing in it is needed. */
export type RequestArgument<K extends OperationId> =
  Record<never, never> extends StudioRequest<K> ? [request?: StudioRequest<K>] : [request: StudioRequest<K>];

const CLOUD = "https://studio.edgeimpulse.com";
const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_RETRIES = 2;
/** Waits between attempts: at random up to 0.5 s, 1 s, 2 s and so on, but not beyond this. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;

/**
 * Names a Studio to talk to. Sends nothing yet.
 *
 * What `createStudio` is built on: it knows no operation by itself, so a program of a few calls stays small.
 *
 * @throws {TypeError} for a key that no header can carry, or an address that is none.
 */
export function createTransport(options: StudioOptions): Transport {
  const { apiKey, jwt, baseUrl = CLOUD, fetch, retry, onRequest, logger } = options;
  const { timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const secrets = [apiKey, jwt].flatMap((secret) => secret || []);
  if (!secrets.every((secret) => /^[\x21-\x7e]+$/.test(secret))) {
    // The value stays out of the message.
    throw new TypeError("The key has characters that no header can carry.");
  }
  if (!/^https?:\/\/[^/]/.test(baseUrl)) throw new TypeError(`baseUrl is "${baseUrl}", no http address.`);
  const origin = baseUrl.replace(/\/+$/, "").replace(/\/v1$/, "");
  const client = createClient<paths>({
    baseUrl: `${origin}/v1`,
    headers: { "x-api-key": apiKey || undefined, "x-jwt-token": jwt || undefined },
    ...(fetch && { fetch: (request: Request) => fetch(request) }),
  });

  async function attempt<K extends OperationId>(
    { operation, method, path, form }: Route<K>,
    request: StudioRequest<K>,
  ) {
    const own = new AbortController();
    const timeout = setTimeout(() => own.abort(timeout), timeoutMs);
    const leave = onAbort(request.signal, () => own.abort());
    let exchange: Exchange;
    try {
      // This function's own types checked the request; the table proves that method and path belong to it.
      exchange = await client.request(
        method as never,
        path as never,
        {
          params: { path: request.path, query: request.query },
          body: request.body,
          parseAs: form === "bytes" ? "arrayBuffer" : "text",
          signal: own.signal,
        } as never,
      );
    } catch (cause) {
      // The caller's own abort is theirs to understand.
      request.signal?.throwIfAborted();
      const message = `Studio at ${origin} does not answer ${operation}: `;
      if (own.signal.reason === timeout)
        throw new StudioTimeoutError(`${message}not within ${timeoutMs} ms`, { operation, cause });
      throw new StudioUnreachableError(message + describe(cause), { operation, cause });
    } finally {
      clearTimeout(timeout);
      leave();
    }
    const { response, data, error } = exchange;
    const isJson = response.headers.get("content-type")?.includes("json") ?? false;
    if (response.ok && form && !isJson) {
      const answer = data ?? (form === "text" ? "" : new ArrayBuffer(0));
      return { status: response.status, answer: answer as AnswerOf<K> };
    }
    const text = toText((response.ok ? data : error) ?? "");
    return {
      status: response.status,
      answer: readAnswer(operation, response, withoutSecrets(text, secrets)) as AnswerOf<K>,
    };
  }

  return {
    baseUrl: origin,
    async send<K extends OperationId>(route: Route<K>, ...[request = {} as StudioRequest<K>]: RequestArgument<K>) {
      const { operation } = route;
      const most = route.isSafe ? 1 + (retry?.most ?? DEFAULT_RETRIES) : 1;
      for (let n = 1; ; n++) {
        const startedMs = performance.now();
        const report = (status?: number, error?: Error, retryInMs?: number) =>
          onRequest?.({ operation, attempt: n, durationMs: performance.now() - startedMs, status, error, retryInMs });
        let answered;
        try {
          answered = await attempt(route, request);
        } catch (error) {
          const known = error instanceof StudioError ? error : undefined;
          const waitMs = known && n < most && isTransient(known) ? waitAfter(known, n) : undefined;
          report(known?.status, error as Error, waitMs);
          if (known) {
            known.attempts = n;
            if (n > 1 && waitMs === undefined) known.message += ` (${n} attempts)`;
          }
          if (waitMs === undefined) throw error;
          logger?.warn(`${known?.message}; trying again in ${Math.round(waitMs)} ms`);
          await pause(waitMs, request.signal);
          continue;
        }
        report(answered.status);
        return answered.answer;
      }
    },
  };
}

/** What openapi-fetch gives back: what it was told to when the status is fine, text or an object when it is not. */
interface Exchange {
  readonly response: Response;
  readonly data?: string | ArrayBuffer;
  readonly error?: string | Record<string, unknown>;
}

function toText(content: string | ArrayBuffer | Record<string, unknown>): string {
  if (typeof content === "string") return content;
  return content instanceof ArrayBuffer ? new TextDecoder().decode(content) : JSON.stringify(content);
}

function waitAfter(
  { retryAfterMs }: StudioError & Partial<Pick<StudioStatusError, "retryAfterMs">>,
  attempt: number,
): number {
  return retryAfterMs ?? Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
}

/** A gateway may repeat the headers that it got on its error page. */
function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, "(secret)"), text);
}

/** Node hides the reason, such as ECONNREFUSED, in the cause of "fetch failed". */
function describe(error: unknown): string {
  const { message, cause } = error as { message: string; cause?: { message?: string; code?: string } };
  return cause?.message || cause?.code || message;
}
