import type { Run } from "@windowscope/protocol";
import { z } from "@hono/zod-openapi";

/** The shapes of the HTTP API. `Run` is the protocol's; the check at the end of this file keeps the two the same. */

const RunResultSchema = z
  .object({
    kinds: z
      .array(z.enum(["classes", "anomaly", "value", "objects", "anomaly-grid", "texts"]))
      .describe("What the blocks of the impulse say, in their order."),
    classes: z
      .array(z.string())
      .describe("Names of the classes, in the order of a window's scores; of an object detector what it found."),
    axes: z.array(z.object({ name: z.string(), units: z.string() })),
    intervalMs: z.number().describe("Time between two readings of the signal."),
    readings: z.int(),
    windowSizeMs: z.number(),
    windowIncreaseMs: z.number(),
    windows: z.int().describe("Windows that the whole result has."),
    thresholds: z.object({
      minimumConfidence: z.number().optional().describe("A best class below this score is uncertain."),
      anomaly: z.number().optional().describe("From this score on a window is an anomaly."),
      maximumError: z.number().optional().describe("A regression's value this far from its label is right."),
      minimumObjectScore: z.number().optional().describe("An object below this score is none."),
    }),
    expected: z
      .array(z.object({ startMs: z.number(), endMs: z.number(), label: z.string() }))
      .describe("What the sample is labelled as, and when."),
  })
  .openapi("RunResult");

export const RunSchema = z
  .object({
    runId: z.string(),
    projectId: z.int(),
    sampleId: z.int(),
    variant: z.string().optional().describe("The variant that was asked for; float32 when absent."),
    impulseId: z.int().optional().describe("The project's default impulse when absent."),
    blockId: z.int().optional().describe("The one learn block that classifies; all of the impulse when absent."),
    sampleName: z.string(),
    expectedLabel: z.string().describe("The label that the sample carries in Studio."),
    state: z.enum(["waiting", "classifying", "streaming", "finished", "failed", "cancelled"]),
    createdAt: z.iso.datetime(),
    endedAt: z.iso.datetime().optional(),
    error: z.string().optional().describe("Why it failed."),
    warning: z.string().optional().describe("What it waits for, or something to know about its result."),
    result: RunResultSchema.optional().describe("There from the state streaming on."),
    windows: z.int().describe("Windows so far."),
    verdicts: z.record(z.string(), z.int()).describe("How many windows got each verdict."),
    comparable: z.int().describe("Windows whose label the impulse knows."),
    matching: z.int().describe("How many of those have the verdict that their label asks for."),
  })
  .openapi("Run");

export const WindowSchema = z
  .object({
    index: z.int(),
    startMs: z.number(),
    endMs: z.number(),
    scores: z.record(z.string(), z.number()).describe("Score of each class."),
    anomaly: z.number().optional().describe("Absent without an anomaly block."),
    verdict: z
      .string()
      .describe(
        "A class, uncertain, anomaly, no anomaly or no object; of a regression its value, of texts all of them.",
      ),
    value: z.number().optional().describe("Of a regression."),
    boxes: z
      .array(
        z.object({
          label: z.string(),
          score: z.number(),
          x: z.number(),
          y: z.number(),
          width: z.number(),
          height: z.number(),
        }),
      )
      .optional()
      .describe("Objects, or the places of an anomaly."),
    grid: z.array(z.array(z.number())).optional().describe("Anomaly scores over a picture, row by row."),
    texts: z.record(z.string(), z.string()).optional().describe("What a model that writes has written."),
    debugInfo: z.string().optional().describe("Studio's JSON, where it was asked for."),
  })
  .openapi("Window");

/** Studio's categories of samples. */
export const CategorySchema = z.enum(["training", "testing", "validation", "post-processing"]);

export const VariantSchema = z.enum(["float32", "int8", "akida"]);

export const StartRunSchema = z
  .object({
    projectId: z.int().positive(),
    sampleId: z.int().positive(),
    impulseId: z.int().positive().optional().describe("The project's default impulse when absent."),
    blockId: z.int().positive().optional().describe("Classify with this learn block alone."),
    variant: VariantSchema.optional().describe("float32 when absent."),
    truncateStructuredLabels: z.boolean().optional().describe("Studio may shorten long lists of labels."),
    includeDebugInfo: z.boolean().optional().describe("Of FOMO: how found and true objects pair up."),
  })
  .refine(
    ({ blockId, impulseId, includeDebugInfo }) =>
      blockId === undefined || (impulseId === undefined && includeDebugInfo === undefined),
    { message: "A block alone is asked for without impulseId and includeDebugInfo: Studio takes neither of it." },
  )
  .openapi("StartRun");

export const ProjectSchema = z
  .object({
    projectId: z.int(),
    name: z.string(),
    description: z.string(),
  })
  .openapi("Project");

export const ThresholdSchema = z
  .object({
    blockId: z.int().describe("The learn block that it belongs to."),
    key: z.string().describe("Studio's name of it, such as `min_score`."),
    value: z.union([z.number(), z.string()]),
    suggestedValue: z.number().optional().describe("What Studio would choose."),
    description: z.string().optional().describe("Its name for people."),
    helpText: z.string().optional(),
  })
  .openapi("Threshold");

export const SetThresholdsSchema = z
  .object({
    thresholds: z
      .array(
        z.object({
          blockId: z.int().positive(),
          key: z.string().min(1).max(100),
          value: z.union([z.number(), z.string().max(200)]),
        }),
      )
      .min(1)
      .max(50),
    impulseId: z.int().positive().optional().describe("The project's default impulse when absent."),
  })
  .openapi("SetThresholds");

export const ProjectDetailsSchema = ProjectSchema.extend({
  impulse: z
    .object({
      impulseId: z.int(),
      name: z.string(),
      inputKind: z
        .string()
        .optional()
        .describe("What it takes: `time-series`, `image` or `features`; the list may grow. Absent without an input."),
      windowSizeMs: z.number().optional(),
      windowIncreaseMs: z.number().optional(),
      frequencyHz: z.number().optional(),
      imageWidthPx: z.int().optional().describe("What pictures are scaled to; of an impulse that takes pictures."),
      imageHeightPx: z.int().optional(),
      variants: z
        .array(z.string())
        .optional()
        .describe("Variants of the model that a run may ask for, such as `int8`; absent where Studio does not tell."),
      dspBlocks: z
        .array(z.object({ dspId: z.int(), type: z.string(), name: z.string(), axes: z.array(z.string()) }))
        .describe("What makes features of the axes."),
      blocks: z
        .array(
          z.object({
            blockId: z.int(),
            type: z.string(),
            name: z.string(),
            dspIds: z.array(z.int()).describe("The DSP blocks whose features it reads, in this order."),
          }),
        )
        .describe("The learn blocks."),
      thresholds: z.array(ThresholdSchema).describe("What turns scores into verdicts."),
    })
    .optional()
    .describe("Absent when the project has none."),
  impulses: z
    .array(z.object({ impulseId: z.int(), name: z.string() }))
    .optional()
    .describe("All impulses that a run or a test run may ask for; absent where Studio does not tell."),
  labels: z.array(z.string()),
  devices: z.array(
    z.object({
      deviceId: z.string(),
      name: z.string(),
      deviceType: z.string(),
      isConnected: z.boolean(),
      canRecord: z.boolean().describe("It is connected, and not to run a model: it can be asked to record."),
      sensors: z.array(
        z.object({
          name: z.string(),
          maxLengthMs: z.number().describe("Its longest recording."),
          frequenciesHz: z.array(z.number()).describe("What it offers; empty when it does not tell."),
        }),
      ),
    }),
  ),
}).openapi("ProjectDetails");

export const ProblemSchema = z
  .object({
    type: z.string().describe("Stable name of the kind of problem."),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
  })
  .openapi("Problem");

export const SampleSchema = z
  .object({
    sampleId: z.int(),
    name: z.string(),
    label: z.string(),
    category: z.string(),
    addedAt: z.string().describe("ISO 8601."),
    lengthMs: z.number().optional(),
    frequencyHz: z.number(),
    axes: z.array(z.object({ name: z.string(), units: z.string() })),
    deviceName: z.string().optional(),
    isDisabled: z.boolean().describe("Left out of training and testing."),
  })
  .openapi("Sample");

export type Window = z.infer<typeof WindowSchema>;

/** An answer in JSON. */
export function json<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { "application/json": { schema } } };
}

/** The answer of every route when something is wrong. */
export const problem = {
  description: "What went wrong.",
  content: { "application/problem+json": { schema: ProblemSchema } },
};

export const RunParams = z.object({ runId: z.string().max(40) });

export const ProjectParams = z.object({ projectId: z.coerce.number().int().positive() });

export const SampleParams = ProjectParams.extend({ sampleId: z.coerce.number().int().positive() });

/** Compiles only while the schema and the protocol's type accept each other's values. */
type Mutual<A, B> = A extends B ? (B extends A ? true : never) : never;
type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
true satisfies Mutual<DeepReadonly<z.infer<typeof RunSchema>>, DeepReadonly<Run>>;

/** Shapes are written for people who change them; values that are read-only are as good. */
export type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;
