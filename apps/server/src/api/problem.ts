import { NoSuchLogError, RunLogUnavailableError, RunLogWriteError } from "@windowscope/runlog";
import { StudioAuthenticationError, StudioError, StudioRefusedError, StudioUnreachableError } from "@windowscope/sdk";
import type { Context, Env } from "hono";
import { HTTPException } from "hono/http-exception";

import type { ServerLog } from "../log.ts";
import { StartsBusyError } from "../runs/start-lock.ts";
import { createScrubber } from "../scrub.ts";

/** Who is answered 503 may try again after so many seconds. */
const RETRY_AFTER_S = 5;

const strikeOutSecrets = createScrubber([]);

/** Something the caller can do about, as a problem document (RFC 9457). */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly kind: string;
  readonly status: 400 | 401 | 404 | 409 | 413 | 415 | 502 | 503;

  constructor(status: Problem["status"], kind: string, detail: string) {
    super(detail);
    this.status = status;
    this.kind = kind;
  }
}

/** @param runId May be anything that somebody asked for. */
export function noSuchRun(runId: string): Problem {
  return new Problem(404, "no-such-run", `There is no run ${runId.slice(0, 80)}.`);
}

/** Answers an error as a problem document; what is not known to the caller goes to the log instead. */
export function answerProblem(error: Error, c: Context, log: ServerLog): Response {
  const problem = toProblem(error);
  if (problem?.status === 503) {
    c.header("retry-after", String(RETRY_AFTER_S));
    log.warn(`${c.req.method} ${c.req.path} cannot be answered now`, {
      requestId: c.get("requestId"),
      error: error.name,
      reason: error.message,
    });
  }
  if (problem) return problemResponse(c, problem.status, problem.kind, problem.message);
  if (error instanceof HTTPException) return problemResponse(c, error.status, "bad-request", error.message);
  log.error(`${c.req.method} ${c.req.path} failed`, { requestId: c.get("requestId"), error });
  return problemResponse(c, 500, "internal", "The server made a mistake; its log says more.");
}

/** Answers a request whose parts are not what the route asks for. A hook of `OpenAPIHono`. */
export function refuseInvalid(
  result:
    { success: true } | { success: false; error: { issues: readonly { path: PropertyKey[]; message: string }[] } },
  c: Context<Env>,
): Response | undefined {
  if (result.success) return undefined;
  const detail = result.error.issues
    .map(({ path, message }) => [...(path.length > 0 ? [path.join(".")] : []), message].join(": "))
    .join("; ");
  return problemResponse(c, 400, "bad-request", detail);
}

export function problemResponse(c: Context, status: number, kind: string, detail: string): Response {
  const title = kind.replaceAll("-", " ");
  // The words of others, such as Studio's, may repeat what they were sent.
  const document = { type: `urn:windowscope:problem:${kind}`, title, status, detail: strikeOutSecrets(detail) };
  c.set("problem", document.detail);
  return c.body(JSON.stringify(document), status as 500, { "content-type": "application/problem+json" });
}

function toProblem(error: Error): Problem | undefined {
  if (error instanceof Problem) return error;
  // Deleted since it was found, as old runs are.
  if (error instanceof NoSuchLogError && error.log.startsWith("run-")) return noSuchRun(error.log);
  if (error instanceof StudioRefusedError) return new Problem(502, "studio-refused", error.studioText ?? error.message);
  if (error instanceof StudioAuthenticationError) return new Problem(502, "studio-key", error.message);
  if (error instanceof StudioUnreachableError) return new Problem(503, "studio-unreachable", error.message);
  if (error instanceof StartsBusyError) return new Problem(503, "starts-busy", error.message);
  // Where the run log is, and what it said, is the operator's business.
  if (error instanceof RunLogUnavailableError)
    return new Problem(503, "run-log-unavailable", "The run log does not answer; try again in a moment.");
  if (error instanceof RunLogWriteError)
    return new Problem(503, "run-log-refuses", "The run log cannot store anything now, perhaps for want of room.");
  return error instanceof StudioError ? new Problem(502, "studio-answer", error.message) : undefined;
}
