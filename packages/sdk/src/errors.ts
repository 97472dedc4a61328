import type { OperationId } from "./api-types.ts";

/** Something a call to Studio ended in. Its classes are the cases that a caller may treat differently. */
export class StudioError extends Error {
  override readonly name: string = "StudioError";
  /** The operation that was called; absent for what happens between calls. */
  readonly operation: OperationId | undefined;

  constructor(message: string, details: { operation?: OperationId | undefined; cause?: unknown } = {}) {
    super(message, "cause" in details ? { cause: details.cause } : undefined);
    this.operation = details.operation;
  }
}

/** No answer came: nobody listens there, the connection broke, or the time was up. Trying again may help. */
export class StudioUnreachableError extends StudioError {
  override readonly name = "StudioUnreachableError";
}

/** Studio does not accept the API key. */
export class StudioAuthenticationError extends StudioError {
  override readonly name = "StudioAuthenticationError";
}

/** Studio understood and said no: `success: false`, usually with status 200. `studioText` is its own explanation. */
export class StudioRefusedError extends StudioError {
  override readonly name = "StudioRefusedError";
  readonly status: number;
  readonly studioText: string;

  constructor(operation: OperationId, status: number, studioText: string) {
    super(`Studio refused ${operation}: ${studioText}`, { operation });
    this.status = status;
    this.studioText = studioText;
  }
}

/**
 * An answer came that is no answer to the question: a gateway's error page, broken JSON, a shape that makes no sense, or
 * that Studio is broken or busy for the moment.
 */
export class StudioAnswerError extends StudioError {
  override readonly name = "StudioAnswerError";
  /** Absent when the status was fine and the content was not. */
  readonly status: number | undefined;

  constructor(message: string, details: { operation: OperationId; status?: number; cause?: unknown }) {
    super(message, details);
    this.status = details.status;
  }
}

/** A job ended without success. */
export class StudioJobError extends StudioError {
  override readonly name = "StudioJobError";
  readonly jobId: number;
  /** The last lines that the job printed, oldest first; none when they cannot be read. */
  readonly lines: readonly string[];

  constructor(jobId: number, lines: readonly string[]) {
    // The very last lines only say that it failed.
    const reason = lines.findLast((line) => !/^(Job failed|Application exited)/.test(line));
    super(`Job ${jobId} failed in Studio${reason === undefined ? "" : `: ${reason}`}`);
    this.jobId = jobId;
    this.lines = lines;
  }
}

/** A status that says nothing about the request itself: the other side is broken, or busy. */
export function isTransientStatus(status: number): boolean {
  return status >= 500 || status === 429;
}

/** Whether the same call may well succeed a little later. */
export function isTransient(error: unknown): boolean {
  if (error instanceof StudioUnreachableError) return true;
  return error instanceof StudioAnswerError && error.status !== undefined && isTransientStatus(error.status);
}
