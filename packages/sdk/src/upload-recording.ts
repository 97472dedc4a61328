import {
  isTransientStatus,
  StudioAnswerError,
  StudioAuthenticationError,
  StudioRefusedError,
  StudioStatusError,
  StudioTimeoutError,
  StudioUnreachableError,
} from "./errors.ts";
import { onAbort } from "./on-abort.ts";

/** An ingestion service, and the right to send it recordings. */
export interface Ingestion {
  /** Key of the project that gets the recordings. Goes into the request header and nowhere else. */
  readonly apiKey: string;
  /** Such as `http://127.0.0.1:4810`; Edge Impulse's cloud when absent. */
  readonly baseUrl?: string;
  /** Sends the request; the platform's own when absent. */
  readonly fetch?: typeof fetch;
}

/** A recording as a file: JSON or CBOR in the data acquisition format, CSV, WAV, JPEG or PNG. */
export interface UploadRequest {
  /** Such as `testing`. */
  readonly category: string;
  /** Its beginning is the label when there is no `label`; its ending tells the format. */
  readonly fileName: string;
  /** Its `type` goes along. */
  readonly content: Blob;
  readonly label?: string | undefined;
  /** Longest time for all of it, ms. Ten minutes when absent. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** What an upload became. */
export interface UploadedSample {
  readonly projectId: number;
  readonly sampleId: number;
  /** Its name in the project. */
  readonly name: string;
}

const CLOUD = "https://ingestion.edgeimpulse.com";
const DEFAULT_TIMEOUT_MS = 600_000;

/**
 * Sends one recording to a project. It is never sent twice: whether a lost answer was a success nobody knows.
 *
 * @throws {StudioAuthenticationError} when the key is not accepted.
 * @throws {StudioRefusedError} when the file is none that can be read, or is refused for another reason.
 * @throws {StudioUnreachableError} when no answer comes; `StudioTimeoutError` when none comes in time.
 * @throws {StudioStatusError} when a status tells of trouble, and nothing else does.
 * @throws {StudioAnswerError} when the answer makes no sense.
 * @throws The signal's reason when it aborts.
 */
export async function uploadRecording(ingestion: Ingestion, request: UploadRequest): Promise<UploadedSample> {
  const { apiKey, baseUrl = CLOUD, fetch: send = fetch } = ingestion;
  const { category, fileName, content, label, timeoutMs = DEFAULT_TIMEOUT_MS } = request;
  const body = new FormData();
  body.append("data", content, fileName);
  const own = new AbortController();
  const timeout = setTimeout(() => own.abort(timeout), timeoutMs);
  const leave = onAbort(request.signal, () => own.abort());
  let response: Response;
  let text: string;
  try {
    response = await send(`${baseUrl.replace(/\/+$/, "")}/api/${encodeURIComponent(category)}/files`, {
      method: "POST",
      headers: { "x-api-key": apiKey, ...(label !== undefined && { "x-label": encodeURIComponent(label) }) },
      body,
      // The key would go along, to whichever server, and the recording might not.
      redirect: "manual",
      signal: own.signal,
    });
    text = (await response.text()).replaceAll(apiKey, "(secret)");
  } catch (cause) {
    // The caller's own abort is theirs to understand.
    request.signal?.throwIfAborted();
    const message = `The ingestion service at ${baseUrl} does not answer`;
    if (own.signal.reason === timeout) throw new StudioTimeoutError(`${message} within ${timeoutMs} ms`, { cause });
    throw new StudioUnreachableError(`${message}: ${cause instanceof Error ? cause.message : ""}`, { cause });
  } finally {
    clearTimeout(timeout);
    leave();
  }
  return readUpload(response, text);
}

interface Answer {
  readonly error?: unknown;
  readonly files?: unknown;
}

interface FileAnswer {
  readonly error?: unknown;
  readonly projectId?: unknown;
  readonly sampleId?: unknown;
  readonly fileName?: unknown;
}

function readUpload({ status, ok }: Response, text: string): UploadedSample {
  const answer = parseAnswer(text);
  const [file] = (Array.isArray(answer?.files) ? answer.files : []) as readonly (FileAnswer | undefined)[];
  const { projectId, sampleId, fileName } = file ?? {};
  if (ok && typeof projectId === "number" && typeof sampleId === "number" && typeof fileName === "string") {
    return { projectId, sampleId, name: fileName };
  }
  // The whole is a success also when the one file is not.
  const reason = [file?.error, answer?.error].find((each) => typeof each === "string");
  const details = { status, studioText: reason };
  const excerpt = reason ?? (text.slice(0, 120).replaceAll(/\s+/g, " ") || "(nothing)");
  if (status === 401 || /Invalid API key/.test(reason ?? "")) {
    throw new StudioAuthenticationError(`The ingestion service does not accept the API key: ${excerpt}`, details);
  }
  if (reason !== undefined && !isTransientStatus(status)) {
    throw new StudioRefusedError(`The ingestion service refused the recording: ${reason}`, details);
  }
  const message = `The ingestion service answered with status ${status} and no sample: ${excerpt}`;
  throw ok ? new StudioAnswerError(message, details) : new StudioStatusError(message, details);
}

function parseAnswer(text: string): Answer | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
