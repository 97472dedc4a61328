import {
  availableVariants,
  DocumentError,
  parseImpulse,
  toImpulseDocument,
  WindowClassifier,
} from "@windowscope/engine";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";

import type { LocalStudio } from "../local-studio.ts";
import { TrainingError } from "../work/train-blocks.ts";
import { authenticate, readBody, type WithProject } from "./authenticate.ts";

const LARGEST_IMPULSE_BYTES = 64 * 1024 * 1024;
const LARGEST_BODY_BYTES = 10_000;
const LONGEST_NAME = 200;

/**
 * `POST /impulses` makes an impulse document the default impulse, `GET` answers the document of that;
 * `POST /impulses/design` designs one from the training set and makes it the default.
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
    const trainingIds = () => {
      const samples = studio.samples.list(project.id, { category: "training" }, { limit: -1, offset: 0 });
      return new Set(samples.map(({ id }) => id));
    };
    const before = trainingIds();
    const areGone = () => {
      const now = trainingIds();
      return [...before].some((id) => !now.has(id));
    };
    const refuseChange = () =>
      c.json({ success: false, error: "Samples were deleted while the impulse was being designed. Ask again." }, 409);
    try {
      const design = await studio.design(project.id, name);
      // A project that was emptied meanwhile stays empty.
      if (areGone()) return refuseChange();
      const { id } = studio.impulses.addDesign(project.id, design);
      studio.projects.setDefaultImpulse(project.id, id);
      const { input } = design;
      return c.json({ success: true, impulseId: id, name, input });
    } catch (error) {
      if (areGone()) return refuseChange();
      if (!(error instanceof TrainingError)) throw error;
      return c.json({ success: false, error: error.message }, 400);
    }
  });

  app.get("/impulses", keyed, (c) => {
    const { defaultImpulseId } = c.get("project");
    const stored = defaultImpulseId === undefined ? undefined : studio.impulses.get(defaultImpulseId);
    if (!stored?.impulse) return c.json({ success: false, error: "The project has no trained impulse." }, 404);
    return c.body(JSON.stringify(toImpulseDocument(stored.impulse), null, 2), 200, {
      "content-type": "application/json",
    });
  });

  app.post("/impulses", keyed, bodyLimit({ maxSize: LARGEST_IMPULSE_BYTES }), async (c) => {
    const project = c.get("project");
    try {
      const impulse = parseImpulse(await c.req.json());
      // Whether its blocks fit together shows only when they are put together.
      const variants = availableVariants(impulse);
      if (variants.length === 0) new WindowClassifier(impulse);
      for (const variant of variants) new WindowClassifier(impulse, variant);
      const { id } = studio.impulses.add(project.id, impulse);
      studio.projects.setDefaultImpulse(project.id, id);
      return c.json({ success: true, impulseId: id, projectId: project.id, name: impulse.name, variants });
    } catch (error) {
      const isDocument = error instanceof DocumentError || error instanceof RangeError || error instanceof SyntaxError;
      if (!isDocument) throw error;
      return c.json({ success: false, error: `The impulse document cannot be used: ${error.message}` }, 400);
    }
  });

  return app;
}
