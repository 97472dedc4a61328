import { setTimeout } from "node:timers/promises";

import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context, MiddlewareHandler } from "hono";

import type { MountOptions } from "../api/mount.ts";
import { toOlderShape } from "../api/older-shape.ts";
import type { LocalStudio } from "../local-studio.ts";
import type { Project } from "../projects.ts";
import type { Asked, Behaviours } from "./behaviour.ts";

/**
 * Makes the API answer as the behaviour of each project wants.
 *
 * @param signal Ends every delay when the Studio is to close.
 */
export function apiFaults(behaviours: Behaviours, signal: AbortSignal): MountOptions {
  return {
    answerInstead: (c, id, project) => answerInstead(c, behaviours, project, id, signal),
    shapeAnswer: (id, project, answer) =>
      behaviours.of(project.id).answers === "oldest" ? toOlderShape(id, answer) : answer,
  };
}

/** The same for requests to the ingestion service, which has no operations. */
export function ingestionFaults({ projects, behaviours }: LocalStudio, signal: AbortSignal): MiddlewareHandler {
  return async (c, next) => {
    const project = projects.findByKey(c.req.header("x-api-key") ?? "");
    const answer = project && (await answerInstead(c, behaviours, project, "ingestion", signal));
    return answer ?? next();
  };
}

/** The wrong answer, if a rule wants one; a rule that only delays has then done so. */
async function answerInstead(
  c: Context,
  behaviours: Behaviours,
  project: Project,
  asked: Asked,
  signal: AbortSignal,
): Promise<Response | undefined> {
  const rule = behaviours.takeHttpRule(project.id, asked);
  if (!rule) return undefined;
  const { delayMs = 0, cutsConnection, status, answersHtml, retryAfterSeconds } = rule;
  // Whoever has gone needs no answer, and a Studio that closes waits for nobody.
  const ends = AbortSignal.any([signal, c.req.raw.signal]);
  if (delayMs > 0) await setTimeout(delayMs, undefined, { signal: ends }).catch(() => undefined);
  if (cutsConnection) {
    (c.env as HttpBindings).incoming.destroy();
    return RESPONSE_ALREADY_SENT;
  }
  if (status === undefined) return undefined;
  const headers = new Headers();
  if (retryAfterSeconds !== undefined) headers.set("retry-after", String(retryAfterSeconds));
  if (answersHtml) {
    const page = `<html><head><title>${status}</title></head><body><h1>${status}</h1><hr>gateway</body></html>\n`;
    headers.set("content-type", "text/html");
    return new Response(page, { status, headers });
  }
  const error = `The local Studio was told to answer with status ${status}.`;
  return Response.json({ success: false, error }, { status, headers });
}
