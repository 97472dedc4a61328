/** What people have drawn around the objects in a picture. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Studio } from "@windowscope/sdk";

import { refuseInvalid } from "./problem.ts";
import { readSample } from "./sample-of-studio.ts";
import { json, problem, SampleParams } from "./schemas.ts";

const BoxesSchema = z
  .object({
    boxes: z.array(
      z.object({
        label: z.string(),
        x: z.number(),
        y: z.number(),
        width: z.number(),
        height: z.number(),
      }),
    ),
  })
  .openapi("Boxes");

export function sampleBoxRoutes(studio: Studio): OpenAPIHono {
  const app = new OpenAPIHono({ defaultHook: refuseInvalid });

  app.openapi(
    createRoute({
      operationId: "getBoxes",
      method: "get",
      path: "/projects/{projectId}/samples/{sampleId}/boxes",
      summary: "The objects that people have marked in a picture",
      description: "In pixels of the sample's own picture, from its upper left corner.",
      request: { params: SampleParams },
      responses: { 200: json(BoxesSchema, "The boxes; none for a sample that is no picture."), default: problem },
    }),
    async (c) => {
      const { boundingBoxes } = await readSample(studio, c.req.valid("param"), c.req.raw.signal);
      const boxes = boundingBoxes.map(({ label, x, y, width, height }) => ({ label, x, y, width, height }));
      return c.json({ boxes }, 200);
    },
  );
  return app;
}
