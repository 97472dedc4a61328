import type { OperationId } from "./api-types.ts";
import {
  isTransientStatus,
  NotTrainedError,
  StudioAnswerError,
  StudioAuthenticationError,
  StudioNotFoundError,
  StudioRefusedError,
  StudioStatusError,
  type CallDetails,
  type StudioError,
} from "./errors.ts";

/** So much of an unreadable answer goes into the message. */
const EXCERPT_CHARACTERS = 120;
const LONGEST_RETRY_AFTER_MS = 60_000;

/** Headers in which servers and gateways name a request. */
const REQUEST_ID_HEADERS = ["x-request-id", "x-amzn-trace-id", "cf-ray"];

/**
 * Reads what Studio answered.
 *
 * The application's errors come with any status, usually 200, and `success: false`; gateways answer HTML.
 *
 * @throws {StudioError} of the class that fits, unless the answer is a success.
 */
export function readAnswer(
  operation: OperationId,
  { status, ok, headers }: Pick<Response, "status" | "ok" | "headers">,
  text: string,
): Record<string, unknown> {
  const body = parseJson(text);
  if (ok && body?.success === true) return body;

  const studioText = typeof body?.error === "string" ? body.error : undefined;
  const [requestId] = REQUEST_ID_HEADERS.flatMap((name) => headers.get(name) ?? []);
  const details: CallDetails = { operation, status, requestId, studioText };
  // A gateway may forbid things of its own, and then says so in HTML.
  if (status === 401 || (status === 403 && body) || /Invalid API key|JWT token has expired/.test(studioText ?? "")) {
    const reason = studioText ?? `status ${status}`;
    throw new StudioAuthenticationError(`Studio refuses the API key: ${reason}`, details);
  }
  if (body?.success === false && !isTransientStatus(status)) throw refusal(operation, studioText, details);

  const excerpt = (studioText ?? text).slice(0, EXCERPT_CHARACTERS).replace(/\s+/g, " ") || "nothing";
  const message = `Studio answered ${operation} with status ${status} and no result: ${excerpt}`;
  if (ok) throw new StudioAnswerError(message, { ...details, pointer: body && "/success" });
  if (status === 404) throw new StudioNotFoundError(message, details);
  const error = new StudioStatusError(message, details);
  error.retryAfterMs = readRetryAfter(headers.get("retry-after"), Date.now());
  throw error;
}

/** Studio has no codes, so its texts have to tell. */
function refusal(operation: OperationId, text = "no reason given", details: CallDetails): StudioError {
  const message = `Studio refused ${operation}: ${text}`;
  if (/not (yet )?(been )?trained|no trained model|train your model/i.test(text)) {
    return new NotTrainedError(message, details);
  }
  const isMissing =
    details.status === 404 || /not found|^no \S.* found|^unknown |there is no|does not exist/i.test(text);
  return isMissing ? new StudioNotFoundError(message, details) : new StudioRefusedError(message, details);
}

/**
 * How long to wait, from a Retry-After header: seconds or a date to come. At most a minute.
 *
 * @param nowMs Milliseconds since 1970.
 */
export function readRetryAfter(value: string | null, nowMs: number): number | undefined {
  if (value === null) return undefined;
  const seconds = Number(value);
  const waitMs = Number.isNaN(seconds) ? Date.parse(value) - nowMs : seconds * 1_000;
  return waitMs >= 0 ? Math.min(LONGEST_RETRY_AFTER_MS, waitMs) : undefined;
}

function parseJson(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
