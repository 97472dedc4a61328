import { operationTable, type OperationId } from "@windowscope/sdk/api-types";
import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";

import type { Project, Projects } from "../projects.ts";
import { answerBytes } from "./answer-bytes.ts";
import { checkRequest } from "./check-request.ts";
import { RefusedError, type Handlers } from "./handlers.ts";

const LARGEST_BODY_BYTES = 1024 * 1024;

type ParameterType = "integer" | "number" | "boolean" | "string";

export interface MountOptions {
  /** May answer in a handler's place; with nothing the request goes its way. */
  readonly answerInstead?: (c: Context, id: OperationId, project: Project) => Promise<Response | undefined>;
  /** Has the last word on each JSON answer. */
  readonly shapeAnswer?: (id: OperationId, project: Project, answer: object) => object;
}

/**
 * An app that serves every operation at the place where the API document has it; one without a handler is refused by
 * name, so that nobody takes a gap for a wrong address.
 *
 * Handlers get nothing that the API document does not allow, but for fields that it does not know. Studio's manners: errors of the application come with status 200 and `success: false`, a bad key with 401.
 */
export function mountHandlers(handlers: Handlers, projects: Projects, options: MountOptions = {}): Hono {
  const app = new Hono();
  app.use(bodyLimit({ maxSize: LARGEST_BODY_BYTES, onError: (c) => refuseBody(c) }));
  for (const [id, { method, path, pathParameters }] of Object.entries(operationTable)) {
    const pattern = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const isInteger = (pathParameters as Record<string, ParameterType>)[name] === "integer";
      // Without the pattern /classify/all/result would also be a sample of the name "all".
      return isInteger ? `:${name}{[0-9]+}` : `:${name}`;
    });
    app.on(method, pattern, (c) => serve(c, id as OperationId, handlers, projects, options));
  }
  // A wrong key matters more than a wrong address: the official programs ask with it for organizations next.
  app.all("/api/*", async (c, next) => (findProject(c, projects) ? next() : refuseKey(c)));
  app.onError((error, c) => {
    if (error instanceof RefusedError) return c.json({ success: false, error: error.message });
    process.stderr.write(`${c.req.method} ${c.req.path}: ${error.stack ?? error.message}\n`);
    return c.json({ success: false, error: "The local Studio made a mistake; its log says more." }, 500);
  });
  return app;
}

function refuseBody(c: Context): Response {
  return c.json({ success: false, error: `The body is larger than ${LARGEST_BODY_BYTES} bytes.` }, 413);
}

function findProject(c: Context, projects: Projects): Project | undefined {
  return projects.findByKey(c.req.header("x-api-key") ?? "");
}

function refuseKey(c: Context): Response {
  return c.json({ success: false, error: "Invalid API key" }, 401);
}

async function serve(
  c: Context,
  id: OperationId,
  handlers: Handlers,
  projects: Projects,
  { answerInstead, shapeAnswer = (_id, _project, answer) => answer }: MountOptions,
): Promise<Response> {
  const project = findProject(c, projects);
  if (!project) return refuseKey(c);
  const instead = await answerInstead?.(c, id, project);
  if (instead) return instead;

  // The table gives the types of path and query; `Handlers` ties each id to its own handler.
  const handler = handlers[id];
  if (!handler) throw new RefusedError(`The local Studio does not have ${id} yet.`);

  const { pathParameters, queryParameters } = operationTable[id];
  const path = parseParameters(pathParameters, (name) => c.req.param(name));
  if ("projectId" in path && path.projectId !== project.id) {
    throw new RefusedError(`There is no project ${String(path.projectId)}, or this API key does not open it.`);
  }
  const types = Object.fromEntries(Object.entries(queryParameters).map(([name, { type }]) => [name, type]));
  const query = parseParameters(types, (name) => c.req.query(name));
  const body = await parseBody(c);
  checkRequest(id, { path, query, body });

  const answer = await (handler({ path, query, body, project } as never) as object | Promise<object>);
  if ("cacheKey" in queryParameters) c.header("cache-control", cacheControl(query));
  if (answer instanceof Response) return c.newResponse(answer.body, answer);
  const bytes = await answerBytes(shapeAnswer(id, project, { success: true, ...answer }));
  return c.body(bytes, 200, { "content-type": "application/json" });
}

/** A cache key changes with the sample, so what was answered for it stays true. */
function cacheControl({ cacheKey }: Record<string, unknown>): string {
  return cacheKey === undefined ? "no-cache" : "private, max-age=31536000";
}

/** The parameters that are there, as the types that the API document gives them. */
function parseParameters(
  types: Readonly<Record<string, ParameterType>>,
  read: (name: string) => string | undefined,
): Record<string, unknown> {
  const parsed: Record<string, unknown> = {};
  for (const [name, type] of Object.entries(types)) {
    const text = read(name);
    if (text !== undefined) parsed[name] = parseParameter(name, type, text);
  }
  return parsed;
}

function parseParameter(name: string, type: ParameterType, text: string): unknown {
  switch (type) {
    case "integer":
      if (!/^-?\d{1,15}$/.test(text)) throw new RefusedError(`"${name}" has to be a whole number, and is "${text}".`);
      return Number(text);
    case "number":
      if (text === "" || !Number.isFinite(Number(text))) {
        throw new RefusedError(`"${name}" has to be a number, and is "${text}".`);
      }
      return Number(text);
    case "boolean":
      if (text !== "true" && text !== "false") {
        throw new RefusedError(`"${name}" has to be true or false, and is "${text}".`);
      }
      return text === "true";
    case "string":
      return text;
    default:
      return type satisfies never;
  }
}

/** The JSON body; nothing for an empty one, whatever its content type says: the official client sends such. */
async function parseBody(c: Context): Promise<unknown> {
  // The one operation that takes a form has no use for it.
  if (c.req.header("content-type")?.startsWith("multipart/form-data")) return undefined;
  const text = await c.req.text();
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new RefusedError("The body has to be JSON.");
  }
}
