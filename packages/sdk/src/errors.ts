import type { OperationId } from "./api-types.ts";

/** What is known about the call that an error ended. */
export interface CallDetails {
  readonly operation?: OperationId | undefined;
  /** HTTP status of the answer, if there was one. */
  readonly status?: number | undefined;
  /** What Studio or a gateway calls the request in its own log. */
  readonly requestId?: string | undefined;
  /** Studio's own explanation. */
  readonly studioText?: string | undefined;
  readonly cause?: unknown;
}

/**
 * Something a call to Studio ended in. Its classes are the cases that a caller may treat differently.
 *
 * A call that the caller stops does not end in one of these: it throws the reason of the caller's own signal.
 */
export class StudioError extends Error {
  override readonly name: string = "StudioError";
  /** The operation that was called; absent for what happens between calls. */
  readonly operation: OperationId | undefined;
  /** HTTP status of the answer; absent when none came. */
  readonly status: number | undefined;
  /** What Studio or a gateway calls the request in its own log; say it when you ask them. */
  readonly requestId: string | undefined;
  /** Studio's own explanation, as it came. */
  readonly studioText: string | undefined;
  /** How often the request was sent before it was given up. */
  attempts = 1;

  constructor(message: string, details: CallDetails = {}) {
    // Takes the cause of them, where there is one.
    super(message, details);
    ({
      operation: this.operation,
      status: this.status,
      requestId: this.requestId,
      studioText: this.studioText,
    } = details);
  }
}

/** No answer came: nobody listens there, or the connection broke. Trying again may help. */
export class StudioUnreachableError extends StudioError {
  override readonly name: string = "StudioUnreachableError";
}

/** No answer came in time. */
export class StudioTimeoutError extends StudioUnreachableError {
  override readonly name = "StudioTimeoutError";
}

/** A status that tells of trouble, and no word of Studio's own: a gateway's error page, too many requests. */
export class StudioStatusError extends StudioError {
  override readonly name = "StudioStatusError";
  /** How long the other side asks to be left alone, ms. */
  retryAfterMs: number | undefined;
}

/** An answer came that makes no sense. */
export class StudioAnswerError extends StudioError {
  override readonly name = "StudioAnswerError";
  /** JSON pointer to the first thing that is wrong; absent when the answer is not JSON at all. */
  readonly pointer: string | undefined;

  constructor(message: string, details: CallDetails & { readonly pointer?: string | undefined }) {
    super(message, details);
    this.pointer = details.pointer;
  }
}

/** Studio does not accept the API key or token. */
export class StudioAuthenticationError extends StudioError {
  override readonly name = "StudioAuthenticationError";
}

/** Studio understood and said no: `success: false`, usually with status 200. */
export class StudioRefusedError extends StudioError {
  override readonly name: string = "StudioRefusedError";
}

/** What was asked for does not exist, or the key does not open it. */
export class StudioNotFoundError extends StudioRefusedError {
  override readonly name = "StudioNotFoundError";
}

/** The impulse has no trained model yet, so there is nothing to classify with. */
export class NotTrainedError extends StudioRefusedError {
  override readonly name = "NotTrainedError";
}

/** A job ended without success. */
export class JobFailedError extends StudioError {
  override readonly name = "JobFailedError";
  readonly jobId: number;
  /** The last lines that the job printed, oldest first; none when they cannot be read. */
  readonly lines: readonly string[];

  constructor(jobId: number, lines: readonly string[]) {
    // The very last lines only say that it failed.
    const reason = lines.findLast((line) => !/^(Job failed|Application exited)/.test(line));
    super(`Job ${jobId} failed in Studio${reason === undefined ? "" : `: ${reason}`}`, { studioText: reason });
    this.jobId = jobId;
    this.lines = lines;
  }
}

/** A job finished, and its result did not come. */
export class ResultMissingError extends StudioError {
  override readonly name = "ResultMissingError";
}

/** A status that says nothing about the request itself: the other side is broken, or busy. */
export function isTransientStatus(status: number): boolean {
  return status >= 500 || status === 429 || status === 408;
}

/** Whether the same call may well succeed a little later. */
export function isTransient(error: unknown): boolean {
  return (
    error instanceof StudioUnreachableError ||
    (error instanceof StudioStatusError && isTransientStatus(error.status ?? 0))
  );
}
