import {
  availableVariants,
  DocumentError,
  parseImpulse,
  toImpulseDocument,
  WindowClassifier,
} from "@windowscope/engine";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";

import { behaviourApi } from "./behaviour/behaviour-api.ts";
import type { LocalStudio } from "./local-studio.ts";
import { impulseRoutes } from "./own-api/impulses.ts";
import { projectRoutes, type ProjectOutside } from "./own-api/projects.ts";

const LARGEST_IMPULSE_BYTES = 64 * 1024 * 1024;

/**
 * What this Studio can do beyond Edge Impulse's: under a prefix of its own, so that Studio's clients never meet it.
 *
 * `POST /windowscope/impulses` with an impulse document makes it the default impulse of the key's project, `GET` answers
 * the document of that. `/windowscope/behaviour` makes a project answer wrong on purpose.
 */
export function ownApi(studio: LocalStudio, outside: ProjectOutside): Hono {
  const app = new Hono();
  app.route("/", impulseRoutes(studio));
  app.route("/", projectRoutes(studio, outside));
  app.get("/impulses", (c) => {
    const project = studio.projects.findByKey(c.req.header("x-api-key") ?? "");
    if (!project) return c.json({ success: false, error: "Invalid API key" }, 401);
    const stored = project.defaultImpulseId === undefined ? undefined : studio.impulses.get(project.defaultImpulseId);
    if (!stored?.impulse) return c.json({ success: false, error: "The project has no trained impulse." }, 404);
    return c.body(JSON.stringify(toImpulseDocument(stored.impulse), null, 2), 200, {
      "content-type": "application/json",
    });
  });
  app.post("/impulses", bodyLimit({ maxSize: LARGEST_IMPULSE_BYTES }), async (c) => {
    const project = studio.projects.findByKey(c.req.header("x-api-key") ?? "");
    if (!project) return c.json({ success: false, error: "Invalid API key" }, 401);
    try {
      const impulse = parseImpulse(await c.req.json());
      // Whether its blocks fit together shows only when they are put together.
      for (const variant of availableVariants(impulse)) new WindowClassifier(impulse, variant);
      const { id, variants } = studio.impulses.add(project.id, impulse);
      studio.projects.setDefaultImpulse(project.id, id);
      return c.json({ success: true, impulseId: id, projectId: project.id, name: impulse.name, variants });
    } catch (error) {
      const isDocument = error instanceof DocumentError || error instanceof RangeError || error instanceof SyntaxError;
      if (!isDocument) throw error;
      return c.json({ success: false, error: `The impulse document cannot be used: ${error.message}` }, 400);
    }
  });
  app.route("/behaviour", behaviourApi(studio));
  return app;
}
