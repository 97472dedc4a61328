import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";

import { designFor, DesignError } from "../design-for.ts";
import { BLOCK } from "../impulses.ts";
import type { LocalStudio } from "../local-studio.ts";
import { authenticate, readBody, type WithProject } from "./authenticate.ts";

const LARGEST_BODY_BYTES = 10_000;
const LONGEST_NAME = 200;

/**
 * `POST /impulses/design` designs an impulse from the training set and makes it the default; `POST /impulses/{id}/train`
 * starts a job that trains all blocks of one.
 */
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
      const design = await designFor(studio, project, name);
      const { id } = studio.impulses.addDesign(project.id, design);
      studio.projects.setDefaultImpulse(project.id, id);
      const { input } = design;
      return c.json({ success: true, impulseId: id, name, input });
    } catch (error) {
      if (!(error instanceof DesignError)) throw error;
      return c.json({ success: false, error: error.message }, 400);
    }
  });

  app.post("/impulses/:id{[0-9]{1,15}}/train", keyed, (c) => {
    const project = c.get("project");
    const impulseId = Number(c.req.param("id"));
    const stored = studio.impulses.get(impulseId);
    if (stored?.projectId !== project.id) {
      return c.json({ success: false, error: `The project has no impulse ${impulseId}.` }, 404);
    }
    const { minimumConfidence, anomalyThreshold } = stored.design;
    const blockIds = [
      ...(minimumConfidence === undefined ? [] : [BLOCK.classifier]),
      ...(anomalyThreshold === undefined ? [] : [BLOCK.anomaly]),
    ];
    return c.json({ success: true, jobId: studio.jobs.start(project.id, { kind: "train", impulseId, blockIds }).id });
  });

  return app;
}
