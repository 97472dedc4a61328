import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";

import type { LocalStudio } from "../local-studio.ts";
import { TrainingError } from "../work/train-blocks.ts";
import { authenticate, readBody, type WithProject } from "./authenticate.ts";

const LARGEST_BODY_BYTES = 10_000;
const LONGEST_NAME = 200;

/** `POST /impulses/design` designs an impulse from the training set and makes it the default. */
export function impulseRoutes(studio: LocalStudio): Hono<WithProject> {
  const app = new Hono<WithProject>();
  const keyed = authenticate(studio.projects);

  app.post("/impulses/design", keyed, bodyLimit({ maxSize: LARGEST_BODY_BYTES }), async (c) => {
    const project = c.get("project");
    const { name = project.name } = (await readBody(c.req)) ?? { name: undefined };
    if (typeof name !== "string" || name === "" || name.length > LONGEST_NAME) {
      return c.json({ success: false, error: `"name" has to be a text of 1 to ${LONGEST_NAME} characters.` }, 400);
    }
    try {
      const design = await studio.design(project.id, name);
      const { id } = studio.impulses.addDesign(project.id, design);
      studio.projects.setDefaultImpulse(project.id, id);
      const { input } = design;
      return c.json({ success: true, impulseId: id, name, input });
    } catch (error) {
      if (!(error instanceof TrainingError)) throw error;
      return c.json({ success: false, error: error.message }, 400);
    }
  });

  return app;
}
