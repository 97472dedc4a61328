/** A project's samples as Studio lists them. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Studio } from "@windowscope/sdk";

import { refuseInvalid } from "./problem.ts";
import { CategorySchema, json, problem, ProjectParams, SampleSchema } from "./schemas.ts";

const MOST_LABELS = 50;
const LONGEST_TEXT = 200;

const Text = z.string().min(1).max(LONGEST_TEXT);
const Query = z.object({
  category: CategorySchema.default("testing"),
  label: z
    .union([Text, z.array(Text).min(1).max(MOST_LABELS)])
    .optional()
    .describe("Only samples with this label; several are said one after another, `label=idle&label=wave`."),
  search: Text.optional().describe("Only samples whose id or name matches."),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  offset: z.coerce.number().int().min(0).max(10_000_000).default(0).describe("Samples to skip."),
});

export function sampleRoutes(studio: Studio): OpenAPIHono {
  const app = new OpenAPIHono({ defaultHook: refuseInvalid });

  app.openapi(
    createRoute({
      operationId: "listSamples",
      method: "get",
      path: "/projects/{projectId}/samples",
      summary: "A project's samples, the newest first",
      request: { params: ProjectParams, query: Query },
      responses: {
        200: json(z.object({ samples: z.array(SampleSchema), total: z.int() }), "A page, and how many fit in all."),
        default: problem,
      },
    }),
    async (c) => {
      const { category, label, search, limit, offset } = c.req.valid("query");
      const { samples, totalCount } = await studio.call("listSamples", {
        path: { projectId: c.req.valid("param").projectId },
        query: {
          category,
          limit,
          offset,
          ...(label !== undefined && { labels: JSON.stringify([label].flat()) }),
          ...(search !== undefined && { search }),
        },
        signal: c.req.raw.signal,
      });
      return c.json(
        {
          samples: samples.map((sample) => ({
            sampleId: sample.id,
            name: sample.filename,
            label: sample.label,
            category: sample.category,
            addedAt: sample.added,
            lengthMs: sample.totalLengthMs,
            frequencyHz: sample.frequency,
            axes: sample.sensors.map(({ name, units }) => ({ name, units })),
            deviceName: sample.deviceName,
            isDisabled: sample.isDisabled,
          })),
          total: totalCount,
        },
        200,
      );
    },
  );
  return app;
}
