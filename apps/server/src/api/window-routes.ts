/** One window of a run from close by: its readings, its features, and why it is an anomaly. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Run } from "@windowscope/protocol";
import type { LogState, RunLog } from "@windowscope/runlog";
import type { Studio } from "@windowscope/sdk";

import type { RunJournal } from "../runs/journal.ts";
import { findEntry } from "./find-entry.ts";
import { noSuchRun, Problem, refuseInvalid } from "./problem.ts";
import { json, problem, RunParams } from "./schemas.ts";
import { WindowFeatures } from "./window-features.ts";
import { readWindowPlace, type WindowPlace } from "./window-place.ts";
import { ONE_ENTRY, readEntries } from "./windows.ts";

const Params = RunParams.extend({ index: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER) });

/** JSON has no NaN: a reading or feature that is no number is null. */
const Numbers = z.array(z.number().nullable());

const RawWindowSchema = z
  .object({
    intervalMs: z.number(),
    startMs: z.number().describe("From the start of the sample."),
    axes: z.array(z.object({ name: z.string(), units: z.string() })),
    values: z.array(Numbers).describe("Reading by reading; each has the axes in their order."),
  })
  .openapi("RawWindow");

const WindowFeaturesSchema = z
  .object({
    blocks: z.array(
      z.object({
        dspId: z.int(),
        name: z.string(),
        names: z.array(z.string()).optional().describe("Of the features; absent where Studio does not tell."),
        values: Numbers,
      }),
    ),
  })
  .openapi("WindowFeatures");

const AnomalyExplanationSchema = z
  .object({
    blockId: z.int(),
    name: z.string(),
    score: z.number().describe("Below 0 inside the cluster; computed from the numbers here."),
    cluster: z.object({
      index: z.int(),
      distance: z.number().describe("From the window to the center, in standardised units."),
      maxError: z.number().describe("From the center to the rim."),
    }),
    axes: z
      .array(
        z.object({
          feature: z.int().describe("Index among the features that the block reads."),
          name: z.string().optional(),
          value: z.number(),
          center: z.number().describe("Of the cluster, in the unit of the value."),
          offset: z.number().describe("Of the window from the center, in standardised units; signed."),
          share: z.number().describe("Of the squared distance, from 0 to 1."),
        }),
      )
      .describe("The features that count."),
  })
  .openapi("AnomalyExplanation");

export function windowRoutes(parts: {
  readonly studio: Studio;
  readonly journal: RunJournal;
  readonly runLog: RunLog;
}): OpenAPIHono {
  const app = new OpenAPIHono({ defaultHook: refuseInvalid });
  const features = new WindowFeatures(parts.studio);

  /** A window that is there. */
  async function findWindow(runId: string, index: number): Promise<{ run: Run; state: LogState; place: WindowPlace }> {
    const stored = await parts.journal.find(runId);
    if (!stored) throw noSuchRun(runId);
    const { run, log: state } = stored;
    const place = index < run.windows ? await readWindowPlace(parts.runLog, run, state, index) : undefined;
    if (!place) {
      throw new Problem(404, "no-such-window", `The run ${runId} has no window ${index}; it has ${run.windows}.`);
    }
    return { run, state, place };
  }

  app.openapi(
    createRoute({
      operationId: "getRawWindow",
      method: "get",
      path: "/runs/{runId}/windows/{index}/raw",
      summary: "The readings of one window",
      request: { params: Params },
      responses: { 200: json(RawWindowSchema, "The readings, as the run was classified with them."), default: problem },
    }),
    async (c) => {
      const { runId, index } = c.req.valid("param");
      const { run, state, place } = await findWindow(runId, index);
      const { axes = [] } = run.result ?? {};
      return c.json(
        {
          intervalMs: place.intervalMs,
          // Of the first reading: where a long signal is thinned out the window begins before it.
          startMs: place.firstReading * place.intervalMs,
          axes: axes.map(({ name, units }) => ({ name, units })),
          values: await readReadings(parts.runLog, run, state, place),
        },
        200,
      );
    },
  );

  app.openapi(
    createRoute({
      operationId: "getWindowFeatures",
      method: "get",
      path: "/runs/{runId}/windows/{index}/features",
      summary: "The features of one window",
      description: "As Studio computes them now, from the sample as it is now.",
      request: { params: Params },
      responses: { 200: json(WindowFeaturesSchema, "The features, DSP block by DSP block."), default: problem },
    }),
    async (c) => {
      const { runId, index } = c.req.valid("param");
      const { run, place } = await findWindow(runId, index);
      const blocks = await features.read(run, place);
      return c.json(
        {
          blocks: blocks.map(({ dspId, name, names, values }) => ({
            dspId,
            name,
            ...(names && { names: [...names] }),
            values: [...values],
          })),
        },
        200,
      );
    },
  );

  app.openapi(
    createRoute({
      operationId: "explainAnomaly",
      method: "get",
      path: "/runs/{runId}/windows/{index}/anomaly",
      summary: "Why one window has its anomaly score",
      description: "For K-means blocks: the nearest cluster, and what each feature has to do with the distance to it.",
      request: { params: Params },
      responses: { 200: json(AnomalyExplanationSchema, "The explanation."), default: problem },
    }),
    async (c) => {
      const { runId, index } = c.req.valid("param");
      const { run, place } = await findWindow(runId, index);
      const { blockId, name, score, cluster, distance, maxError, axes, featureNames } = await features.explain(
        run,
        place,
      );
      return c.json(
        {
          blockId,
          name,
          score,
          cluster: { index: cluster, distance, maxError },
          axes: axes.map((axis) => ({ ...axis, name: featureNames?.[axis.feature] })),
        },
        200,
      );
    },
  );
  return app;
}

/** The readings of a window from the run's own log, where they stand in front of the windows. */
async function readReadings(
  runLog: RunLog,
  run: Run,
  state: LogState,
  { firstReading, readings }: WindowPlace,
): Promise<number[][]> {
  const rows: number[][] = [];
  const end = firstReading + readings;
  const begin = await findEntry(runLog, run, state, { kind: "readings", index: firstReading });
  if (!begin) return rows;
  for await (const entry of readEntries(runLog, run, { ...state, first: begin.seq }, ONE_ENTRY)) {
    if (rows.length >= readings || entry.kind === "windows") break;
    if (entry.kind !== "readings") continue;
    const { first, count, axisCount, values } = entry;
    for (let i = Math.max(first, firstReading); i < Math.min(first + count, end); i++) {
      rows.push([...values.subarray((i - first) * axisCount, (i - first + 1) * axisCount)]);
    }
  }
  return rows;
}
