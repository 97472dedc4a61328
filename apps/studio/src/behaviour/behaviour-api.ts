import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";

import type { LocalStudio } from "../local-studio.ts";
import { authenticate, type WithProject } from "../own-api/authenticate.ts";
import { BehaviourError, parseBehaviour } from "./parse-behaviour.ts";

const LARGEST_BODY_BYTES = 64 * 1024;

/**
 * `PUT` makes the project of the key answer wrong on purpose, `GET` tells how it answers, `DELETE` makes it normal again.
 *
 * Each answers the whole behaviour, or 400 with the field that is wrong.
 */
export function behaviourApi({ projects, behaviours }: Pick<LocalStudio, "projects" | "behaviours">) {
  return new Hono<WithProject>()
    .use(authenticate(projects))
    .get("/", (c) => c.json(behaviours.of(c.var.project.id)))
    .put("/", bodyLimit({ maxSize: LARGEST_BODY_BYTES }), async (c) => {
      const { id } = c.var.project;
      try {
        behaviours.set(id, parseBehaviour(await c.req.json()));
      } catch (error) {
        if (error instanceof BehaviourError) return c.json({ success: false, error: error.message }, 400);
        if (error instanceof SyntaxError) return c.json({ success: false, error: "The body has to be JSON." }, 400);
        throw error;
      }
      return c.json(behaviours.of(id));
    })
    .delete("/", (c) => {
      const { id } = c.var.project;
      behaviours.setNormal(id);
      return c.json(behaviours.of(id));
    });
}
