import createClient from "openapi-fetch";

import {
  operationTable,
  type AnswerOf,
  type BodyOf,
  type OperationId,
  type PathOf,
  type paths,
  type QueryOf,
} from "./api-types.ts";
import {
  isTransientStatus,
  StudioAnswerError,
  StudioAuthenticationError,
  StudioRefusedError,
  StudioUnreachableError,
} from "./errors.ts";

export interface StudioOptions {
  /** Key of a project, `ei_...`. Goes into the request header and nowhere else. */
  readonly apiKey: string;
  /** Address without the `/v1`, such as `http://127.0.0.1:4800`; Edge Impulse's cloud when absent. */
  readonly baseUrl?: string;
  readonly fetch?: typeof fetch;
  /** Longest time for one request, ms. */
  readonly timeoutMs?: number;
}

/** A Studio and the right to ask it. */
export interface Studio {
  readonly baseUrl: string;
  /**
   * Calls one operation by its operationId.
   *
   * @throws {StudioAuthenticationError} when the key is not accepted.
   * @throws {StudioRefusedError} when Studio answers `success: false`.
   * @throws {StudioUnreachableError} when no answer comes.
   * @throws {StudioAnswerError} when the answer is not Studio's, or Studio is broken or busy for the moment.
   */
  call<K extends OperationId>(operation: K, request?: StudioRequest<K>): Promise<AnswerOf<K>>;
}

export interface StudioRequest<K extends OperationId> {
  readonly path?: PathOf<K>;
  readonly query?: QueryOf<K>;
  readonly body?: BodyOf<K>;
  readonly signal?: AbortSignal | undefined;
}

const CLOUD = "https://studio.edgeimpulse.com";
const DEFAULT_TIMEOUT_MS = 60_000;
/** So much of an unreadable answer goes into the message. */
const EXCERPT_CHARACTERS = 120;

/** Names a Studio to talk to. Sends nothing yet. */
export function createStudio({
  apiKey,
  baseUrl = CLOUD,
  fetch,
  timeoutMs = DEFAULT_TIMEOUT_MS,
}: StudioOptions): Studio {
  const origin = baseUrl.replace(/\/+$/, "").replace(/\/v1$/, "");
  const client = createClient<paths>({
    baseUrl: `${origin}/v1`,
    headers: { "x-api-key": apiKey },
    ...(fetch && { fetch: (request: Request) => fetch(request) }),
  });

  return {
    baseUrl: origin,
    async call<K extends OperationId>(operation: K, request: StudioRequest<K> = {}) {
      const { method, path } = operationTable[operation];
      const timeout = AbortSignal.timeout(timeoutMs);
      const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
      let exchange: Exchange;
      try {
        // This function's own types checked the request; the table proves that method and path belong to it.
        exchange = await client.request(
          method as never,
          path as never,
          {
            params: { path: request.path, query: request.query },
            body: request.body,
            parseAs: "text",
            signal,
          } as never,
        );
      } catch (cause) {
        // The caller's own abort is theirs to understand.
        request.signal?.throwIfAborted();
        throw unreachable(operation, origin, cause, timeout.aborted ? timeoutMs : undefined);
      }
      return readAnswer<K>(operation, exchange);
    },
  };
}

function unreachable(operation: OperationId, origin: string, cause: unknown, timedOutMs: number | undefined) {
  const reason = timedOutMs === undefined ? describe(cause) : `no answer within ${timedOutMs} ms`;
  return new StudioUnreachableError(`Studio at ${origin} does not answer ${operation}: ${reason}`, {
    operation,
    cause,
  });
}

/** Node hides the reason, such as ECONNREFUSED, in the cause of "fetch failed". */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  const { code } = cause as { code?: unknown };
  return cause.message || (typeof code === "string" ? code : error.message);
}

/** What openapi-fetch gives back: text when the status is fine, text or an object when it is not. */
interface Exchange {
  readonly response: Response;
  readonly data?: string;
  readonly error?: string | Record<string, unknown>;
}

function readAnswer<K extends OperationId>(operation: K, { response, data, error }: Exchange): AnswerOf<K> {
  const { status, ok } = response;
  const content = (ok ? data : error) ?? "";
  const body = typeof content === "string" ? parseJson(content) : content;
  if (ok && body?.success === true) return body as AnswerOf<K>;

  const studioText = typeof body?.error === "string" ? body.error : undefined;
  if (status === 401 || status === 403 || studioText?.includes("Invalid API key")) {
    const reason = studioText ?? `status ${status}`;
    throw new StudioAuthenticationError(`Studio does not accept the API key: ${reason}`, { operation });
  }
  if (body?.success === false && !isTransientStatus(status))
    throw new StudioRefusedError(operation, status, studioText ?? "no reason given");

  const text = studioText ?? (typeof content === "string" ? content : JSON.stringify(content));
  const excerpt = text.slice(0, EXCERPT_CHARACTERS).replaceAll(/\s+/g, " ") || "(nothing)";
  const message = `Studio answered ${operation} with status ${status} and no result: ${excerpt}`;
  throw new StudioAnswerError(message, { operation, status });
}

function parseJson(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
