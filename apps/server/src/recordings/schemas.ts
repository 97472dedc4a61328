import type { Recording } from "@windowscope/protocol";
import { z } from "@hono/zod-openapi";

/** The shapes of recordings over HTTP; the check at the end keeps them the same as the protocol's. */

const LONGEST_MS = 24 * 60 * 60 * 1_000;

export const StartRecordingSchema = z
  .object({
    label: z.string().min(1).max(1_000),
    lengthMs: z.int().min(1).max(LONGEST_MS).describe("Wished length."),
    intervalMs: z
      .number()
      .positive()
      .max(LONGEST_MS)
      .optional()
      .describe("Wished time between two readings. Either this or frequencyHz."),
    frequencyHz: z.number().positive().max(1e6).optional().describe("Either this or intervalMs."),
    sensor: z.string().min(1).max(200).optional().describe("One of the device's sensors, by name."),
    category: z.enum(["training", "testing", "validation", "post-processing"]).default("testing"),
  })
  .refine(({ intervalMs, frequencyHz }) => (intervalMs === undefined) !== (frequencyHz === undefined), {
    message: "Say either intervalMs or frequencyHz.",
  })
  .openapi("StartRecording");

export const RecordingSchema = z
  .object({
    recordingId: z.string(),
    projectId: z.int(),
    deviceId: z.string(),
    label: z.string(),
    category: z.string(),
    lengthMs: z.number().describe("As wished; the sample itself tells how long it became."),
    intervalMs: z.number().describe("As wished."),
    sensor: z.string().optional(),
    state: z.enum(["waiting", "started", "reading", "uploading", "finished", "failed", "cancelled"]),
    percent: z.number().optional().describe("How much has been read from the device, where somebody says."),
    createdAt: z.iso.datetime(),
    endedAt: z.iso.datetime().optional(),
    error: z.string().optional().describe("Why it failed."),
    warning: z.string().optional().describe("What it waits for, or what is odd about the sample."),
    sampleId: z.int().optional().describe("There once it has finished."),
    runId: z.string().optional().describe("The run of the sample; absent when it had not begun yet."),
  })
  .openapi("Recording");

/** Compiles only while the schema and the protocol's type accept each other's values. */
type Mutual<A, B> = A extends B ? (B extends A ? true : never) : never;
type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
true satisfies Mutual<DeepReadonly<z.infer<typeof RecordingSchema>>, DeepReadonly<Recording>>;
