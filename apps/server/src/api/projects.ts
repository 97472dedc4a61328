/** The projects that the server's key may see, their impulse, and its thresholds. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { StudioRefusedError, type Studio } from "@windowscope/sdk";
import type { AnswerOf, Schemas } from "@windowscope/sdk/api-types";

import { Problem, refuseInvalid } from "./problem.ts";
import {
  json,
  problem,
  ProjectDetailsSchema,
  ProjectParams,
  ProjectSchema,
  SetThresholdsSchema,
  ThresholdSchema,
} from "./schemas.ts";

type Impulse = NonNullable<AnswerOf<"getImpulse">["impulse"]>;
type LearnBlock = Impulse["learnBlocks"][number];
type Threshold = z.infer<typeof ThresholdSchema>;

/** Blocks whose settings stand with those of anomaly blocks; the others are networks to Studio. */
const ANOMALY_TYPES: readonly string[] = ["anomaly"];

export function projectRoutes(studio: Studio): OpenAPIHono {
  const app = new OpenAPIHono({ defaultHook: refuseInvalid });

  app.openapi(
    createRoute({
      operationId: "listProjects",
      method: "get",
      path: "/projects",
      summary: "The projects that the server's key may see",
      responses: { 200: json(z.object({ projects: z.array(ProjectSchema) }), "The projects."), default: problem },
    }),
    async (c) => {
      const { projects } = await studio.call("listProjects", { signal: c.req.raw.signal });
      return c.json(
        { projects: projects.map(({ id, name, description }) => ({ projectId: id, name, description })) },
        200,
      );
    },
  );

  app.openapi(
    createRoute({
      operationId: "getProject",
      method: "get",
      path: "/projects/{projectId}",
      summary: "A project with its impulse, labels and devices",
      request: { params: ProjectParams },
      responses: { 200: json(ProjectDetailsSchema, "The project."), default: problem },
    }),
    async (c) => {
      const { projectId } = c.req.valid("param");
      const { signal } = c.req.raw;
      const [info, { impulse }, all] = await Promise.all([
        studio.call("getProjectInfo", { path: { projectId }, signal }),
        studio.call("getImpulse", { path: { projectId }, signal }),
        unlessRefused(studio.call("getAllImpulses", { path: { projectId }, signal })),
      ]);
      const { id, name, description } = info.project;
      return c.json(
        {
          projectId: id,
          name,
          description,
          ...(impulse && { impulse: await describeImpulse(studio, projectId, impulse, signal) }),
          impulses: all?.impulses.map(({ id: impulseId, name: impulseName }) => ({ impulseId, name: impulseName })),
          labels: info.dataSummary.labels,
          devices: info.devices.map(describeDevice),
        },
        200,
      );
    },
  );

  app.openapi(
    createRoute({
      operationId: "setThresholds",
      method: "put",
      path: "/projects/{projectId}/thresholds",
      summary: "Set thresholds of an impulse in Studio",
      description:
        "Those that are not named stay as they are. Runs keep the thresholds they were classified with; later ones get " +
        "the new ones.",
      request: {
        params: ProjectParams,
        body: { required: true, content: { "application/json": { schema: SetThresholdsSchema } } },
      },
      responses: {
        200: json(
          z.object({
            thresholds: z.array(ThresholdSchema),
            areTestResultsStale: z
              .boolean()
              .describe("Studio's results of the test set are of the old ones; a test run makes new ones."),
          }),
          "All thresholds of the impulse as they are now.",
        ),
        default: problem,
      },
    }),
    async (c) => {
      const { projectId } = c.req.valid("param");
      const { thresholds, impulseId } = c.req.valid("json");
      const { signal } = c.req.raw;
      const query = { impulseId };
      const { impulse } = await studio.call("getImpulse", { path: { projectId }, query, signal });
      if (!impulse) throw new Problem(404, "no-impulse", `Project ${projectId} has no impulse.`);
      const { regenerateModelTestingStatus } = await studio
        .call("setImpulseThresholds", {
          path: { projectId, impulseId: impulse.id },
          // Thresholds cannot be set while such a job runs, and whoever tries values sets them again and again.
          body: { thresholds, allowCreatingRegenerateModelTestingJobs: false },
          signal,
        })
        .catch((error: unknown) => {
          if (!(error instanceof StudioRefusedError)) throw error;
          throw new Problem(409, "threshold-refused", error.studioText ?? error.message);
        });
      return c.json(
        {
          thresholds: await readThresholds(studio, projectId, impulse, signal),
          areTestResultsStale: regenerateModelTestingStatus === "requires_job",
        },
        200,
      );
    },
  );
  return app;
}

async function describeImpulse(studio: Studio, projectId: number, impulse: Impulse, signal: AbortSignal) {
  const { inputBlocks, dspBlocks, learnBlocks } = impulse;
  const input = inputBlocks.find(({ type }) => type === "time-series");
  const picture = inputBlocks.find(({ type }) => type === "image");
  const query = { impulseId: impulse.id };
  const [thresholds, answer] = await Promise.all([
    readThresholds(studio, projectId, impulse, signal),
    unlessRefused(studio.call("getModelVariants", { path: { projectId }, query, signal })),
  ]);
  return {
    impulseId: impulse.id,
    name: impulse.name,
    inputKind: inputBlocks[0]?.type,
    windowSizeMs: input?.windowSizeMs,
    windowIncreaseMs: input?.classificationWindowIncreaseMs ?? input?.windowIncreaseMs,
    frequencyHz: input?.frequencyHz,
    imageWidthPx: picture?.imageWidth,
    imageHeightPx: picture?.imageHeight,
    variants: answer?.modelVariants.filter(({ isEnabled }) => isEnabled).map(({ variant }) => variant),
    dspBlocks: dspBlocks.map(({ id: dspId, type, name, axes }) => ({ dspId, type, name, axes })),
    blocks: learnBlocks.map(({ id: blockId, type, name, dsp }) => ({ blockId, type, name, dspIds: dsp })),
    thresholds,
  };
}

function describeDevice({ deviceId, name, deviceType, remoteMgmtMode, sensors }: Schemas["Device"]) {
  return {
    deviceId,
    name,
    deviceType,
    isConnected: remoteMgmtMode !== "disconnected",
    canRecord: remoteMgmtMode === "ingestion",
    sensors: sensors.map(({ name: sensor, maxSampleLengthS, frequencies }) => ({
      name: sensor,
      maxLengthMs: maxSampleLengthS * 1000,
      frequenciesHz: frequencies,
    })),
  };
}

/** What turns the scores of each learn block into verdicts; nothing of blocks whose settings Studio does not tell. */
async function readThresholds(
  studio: Studio,
  projectId: number,
  { learnBlocks }: Pick<Impulse, "learnBlocks">,
  signal: AbortSignal,
): Promise<Threshold[]> {
  const ofBlocks = await Promise.all(
    learnBlocks.map(async ({ id: blockId, type }: LearnBlock) => {
      const operation = ANOMALY_TYPES.includes(type) ? "getAnomaly" : "getKeras";
      const settings = await unlessRefused(studio.call(operation, { path: { projectId, learnId: blockId }, signal }));
      return (settings?.thresholds ?? []).map(({ key, value, suggestedValue, helpText, description }) => ({
        blockId,
        key,
        value,
        suggestedValue,
        helpText,
        description,
      }));
    }),
  );
  return ofBlocks.flat();
}

/** `undefined` for what this Studio does not have. */
async function unlessRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof StudioRefusedError) return undefined;
    throw error;
  }
}
