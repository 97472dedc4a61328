import { Hono } from "hono";

import { behaviourApi } from "./behaviour/behaviour-api.ts";
import type { LocalStudio } from "./local-studio.ts";
import { impulseRoutes } from "./own-api/impulses.ts";
import { projectRoutes, type ProjectOutside } from "./own-api/projects.ts";

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
  app.route("/behaviour", behaviourApi(studio));
  return app;
}
