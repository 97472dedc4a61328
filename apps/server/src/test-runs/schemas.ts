import type { TestPrediction, TestRun } from "@windowscope/protocol";
import { z } from "@hono/zod-openapi";

/** The shapes of test runs over HTTP; the check at the end keeps them the same as the protocol's. */

const ratio = (what: string) => z.number().optional().describe(`${what}; absent where it would be of nothing.`);

const MatrixSchema = z.object({
  expected: z.array(z.string()).describe("Labels, one for each row."),
  predicted: z.array(z.string()).describe("Verdicts, one for each column: classes, uncertain, anomaly and the like."),
  counts: z.array(z.array(z.int())).describe("Comparable windows, row by row."),
  perClass: z.array(
    z.object({
      label: z.string(),
      precision: ratio("Share of the windows with this verdict that carry the label"),
      recall: ratio("Share of the windows with this label that are right"),
      f1: ratio("Harmonic mean of the two"),
      support: z.int().describe("Windows that carry this label."),
    }),
  ),
});

const StudioAccuracySchema = z
  .object({
    unit: z.enum(["windows", "samples", "unknown"]).describe("What good and bad count, told from their sum."),
    good: z.number().optional(),
    bad: z.number().optional(),
    accuracyScore: z.number().optional(),
    balancedAccuracyScore: z.number().optional(),
    anomalyAccuracyScore: z.number().optional(),
    noAnomalyAccuracyScore: z.number().optional(),
    mseScore: z.number().optional(),
  })
  .describe("Studio's own summary, as it came.");

const TestResultSchema = z
  .object({
    kinds: z.array(z.enum(["classes", "anomaly", "value", "objects", "anomaly-grid", "texts"])),
    samples: z.int(),
    windows: z.int(),
    comparable: z.int().describe("Windows that can be right or wrong."),
    correct: z.int().describe("Comparable windows that are right."),
    accuracy: ratio("Share of the comparable windows that are right"),
    matrix: MatrixSchema.optional().describe("Absent for an impulse that gives neither classes nor anomalies."),
    studio: StudioAccuracySchema,
  })
  .openapi("TestResult");

export const TestRunSchema = z
  .object({
    testRunId: z.string(),
    projectId: z.int(),
    impulseId: z.int().optional(),
    variant: z.string().optional(),
    state: z.enum(["waiting", "classifying", "reading", "finished", "failed", "cancelled"]),
    createdAt: z.iso.datetime(),
    endedAt: z.iso.datetime().optional(),
    error: z.string().optional().describe("Why it failed."),
    warning: z.string().optional().describe("What it waits for."),
    jobId: z.int().optional().describe("Studio's job, once there is one."),
    progress: z
      .object({ done: z.int(), total: z.int() })
      .optional()
      .describe("How far the job's own lines say it has come."),
    lines: z.array(z.string()).describe("What the job printed last, oldest first."),
    predictions: z.int().describe("Predictions that can be read so far."),
    result: TestResultSchema.optional().describe("There once it has finished."),
  })
  .openapi("TestRun");

export const TestPredictionSchema = z
  .object({
    index: z.int(),
    sampleId: z.int(),
    sampleName: z.string().optional(),
    startMs: z.number(),
    endMs: z.number(),
    expected: z.string().optional(),
    predicted: z.string(),
    isCorrect: z.boolean().optional().describe("Studio's own word."),
  })
  .openapi("TestPrediction");

/** Compiles only while the schemas and the protocol's types accept each other's values. */
type Mutual<A, B> = A extends B ? (B extends A ? true : never) : never;
type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
true satisfies Mutual<DeepReadonly<z.infer<typeof TestRunSchema>>, DeepReadonly<TestRun>>;
true satisfies Mutual<DeepReadonly<z.infer<typeof TestPredictionSchema>>, DeepReadonly<TestPrediction>>;
