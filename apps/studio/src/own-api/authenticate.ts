import type { MiddlewareHandler } from "hono";

import type { Project, Projects } from "../projects.ts";

/** What routes find that only a key opens. */
export interface WithProject {
  Variables: { readonly project: Project };
}

/** Lets in only who has the key of a project, and says which one. */
export function authenticate(projects: Projects): MiddlewareHandler<WithProject> {
  return async (c, next) => {
    const project = projects.findByKey(c.req.header("x-api-key") ?? "");
    if (!project) return c.json({ success: false, error: "Invalid API key" }, 401);
    c.set("project", project);
    return next();
  };
}

/** A JSON body that may be absent. @returns `undefined` when it is neither empty nor an object. */
export async function readBody(request: Pick<Request, "text">): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = await request.text();
  if (text === "") return {};
  try {
    const body = JSON.parse(text) as unknown;
    return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
