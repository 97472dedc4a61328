/** What a sample is labelled as, and when: spans of readings to Studio, ranges of time to people. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { StudioRefusedError, type Studio } from "@windowscope/sdk";
import type { Schemas } from "@windowscope/sdk/api-types";

import { Problem, refuseInvalid } from "./problem.ts";
import { readSample } from "./sample-of-studio.ts";
import { json, problem, SampleParams } from "./schemas.ts";

const MOST_RANGES = 1_000;

const LabelsSchema = z
  .object({
    ranges: z.array(
      z.object({
        startMs: z.number().min(0),
        endMs: z.number().min(0),
        label: z.string().min(1).max(1_000),
      }),
    ),
  })
  .openapi("Labels");

type Range = z.infer<typeof LabelsSchema>["ranges"][number];
type Span = Schemas["StructuredLabel"];
type Sample = Pick<Schemas["Sample"], "label" | "structuredLabels" | "intervalMs" | "valuesCount">;

export function sampleLabelRoutes(studio: Studio): OpenAPIHono {
  const app = new OpenAPIHono({ defaultHook: refuseInvalid });

  app.openapi(
    createRoute({
      operationId: "getLabels",
      method: "get",
      path: "/projects/{projectId}/samples/{sampleId}/labels",
      summary: "What a sample is labelled as, and when",
      request: { params: SampleParams },
      responses: {
        200: json(LabelsSchema, "The ranges in order; none for a sample without a label."),
        default: problem,
      },
    }),
    async (c) => c.json({ ranges: rangesOf(await readSample(studio, c.req.valid("param"), c.req.raw.signal)) }, 200),
  );

  app.openapi(
    createRoute({
      operationId: "setLabels",
      method: "put",
      path: "/projects/{projectId}/samples/{sampleId}/labels",
      summary: "Label a sample anew, in Studio",
      description:
        "The ranges follow one another from the beginning of the sample to its end, without a gap: Studio wants a label " +
        "for each reading. Runs keep the labels that they were judged by; a new run has the new ones.",
      request: {
        params: SampleParams,
        body: {
          required: true,
          content: {
            "application/json": {
              schema: LabelsSchema.extend({ ranges: LabelsSchema.shape.ranges.min(1).max(MOST_RANGES) }),
            },
          },
        },
      },
      responses: { 200: json(LabelsSchema, "The ranges as they are now."), default: problem },
    }),
    async (c) => {
      const path = c.req.valid("param");
      const { signal } = c.req.raw;
      const spans = toSpans(c.req.valid("json").ranges, await readSample(studio, path, signal));
      const [first, ...others] = spans;
      const told =
        first && others.length === 0
          ? studio.call("editLabel", { path, body: { label: first.label }, signal })
          : studio.call("setSampleStructuredLabels", { path, body: { structuredLabels: spans }, signal });
      await told.catch((error: unknown) => {
        if (!(error instanceof StudioRefusedError)) throw error;
        throw new Problem(409, "labels-refused", error.studioText ?? error.message);
      });
      return c.json({ ranges: rangesOf(await readSample(studio, path, signal)) }, 200);
    },
  );
  return app;
}

function rangesOf({ label, structuredLabels, intervalMs, valuesCount }: Sample): Range[] {
  if (!structuredLabels || structuredLabels.length === 0) {
    return label === "" ? [] : [{ startMs: 0, endMs: valuesCount * intervalMs, label }];
  }
  return structuredLabels.map((span) => ({
    startMs: span.startIndex * intervalMs,
    endMs: (span.endIndex + 1) * intervalMs,
    label: span.label,
  }));
}

/**
 * The ranges in readings; neighbours with the same label become one.
 *
 * @throws {Problem} 400 for ranges that do not cover the sample one after another.
 */
function toSpans(ranges: readonly Range[], { intervalMs, valuesCount }: Sample): Span[] {
  if (!(intervalMs > 0)) {
    const [{ label }, ...others] = ranges as [Range, ...Range[]];
    if (others.length > 0) throw badRange("The sample is no signal over time, so it has one label.");
    return [{ startIndex: 0, endIndex: Math.max(0, valuesCount - 1), label }];
  }
  const lengthMs = valuesCount * intervalMs;
  const spans: Span[] = [];
  let next = 0;
  for (const [i, { startMs, endMs, label }] of ranges.entries()) {
    const start = Math.round(startMs / intervalMs);
    const end = Math.round(endMs / intervalMs);
    const where = `Range ${i} from ${startMs} to ${endMs} ms`;
    if (start < next) throw badRange(`${where} begins before the one in front of it ends.`);
    if (start > next) throw badRange(`${where} leaves a gap in front of it: Studio wants a label for each reading.`);
    if (end > valuesCount) throw badRange(`${where} goes beyond the end of the sample at ${lengthMs} ms.`);
    if (!(end > start)) throw badRange(`${where} has no reading; there is one every ${intervalMs} ms.`);
    const last = spans.at(-1);
    if (last?.label === label) last.endIndex = end - 1;
    else spans.push({ startIndex: start, endIndex: end - 1, label });
    next = end;
  }
  if (next < valuesCount) throw badRange(`The ranges end before the sample does, at ${lengthMs} ms.`);
  return spans;
}

function badRange(detail: string): Problem {
  return new Problem(400, "bad-ranges", detail);
}
