/** Takes a recording from the page: sends it to the project, and has it classified. */
import path from "node:path";

import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { StudioRefusedError, uploadRecording, type Ingestion, type Studio } from "@windowscope/sdk";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";

import { runOfSample, type SampleRuns } from "../runs/run-of-sample.ts";
import type { Pause } from "../runs/run-store.ts";
import { Turns } from "../runs/turns.ts";
import { Problem, refuseInvalid } from "./problem.ts";
import { readSample } from "./sample-of-studio.ts";
import { CategorySchema, json, problem, ProjectParams } from "./schemas.ts";

/** What an upload takes. */
export interface UploadParts {
  /** Absent when nobody has said where recordings go. */
  readonly ingestion: Ingestion | undefined;
  readonly sampleRuns: SampleRuns;
  readonly pause: Pause;
}

/** As much as Studio takes. */
export const LARGEST_RECORDING_BYTES = 100 * 1024 * 1024;
/** A recording is in memory, more than once, while it is passed on. */
const MOST_AT_ONCE = 2;

const LONGEST_NAME = 255;

const TYPES: Readonly<Record<string, string>> = {
  ".json": "application/json",
  ".cbor": "application/cbor",
  ".csv": "text/csv",
  ".wav": "audio/wav",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".png": "image/png",
};

const UploadSchema = z
  .object({
    file: z
      .instanceof(File, { message: "Send one file, as a part of a form." })
      .refine(({ name }) => name.length <= LONGEST_NAME, { message: `Its name may have ${LONGEST_NAME} characters.` })
      .openapi({ type: "string", format: "binary", description: `One of ${Object.keys(TYPES).join(", ")}; 100 MB.` }),
    label: z.string().min(1).max(1_000).optional().describe("The beginning of the file's name when absent."),
    category: CategorySchema.default("testing"),
  })
  .openapi("Upload");

const UploadedSchema = z
  .object({ sampleId: z.int(), sampleName: z.string(), runId: z.string() })
  .openapi("UploadedSample");

export function sampleUploadRoutes(studio: Studio, { ingestion, sampleRuns, pause }: UploadParts): OpenAPIHono {
  const app = new OpenAPIHono({ defaultHook: refuseInvalid });
  const turns = new Turns(MOST_AT_ONCE, () => undefined);

  /** Before the body is read. */
  const takeTurn = createMiddleware(async (c, next) => {
    await turns.take(c.req.raw.signal);
    try {
      await readForm(c);
      await next();
    } finally {
      turns.give();
    }
  });

  app.openapi(
    createRoute({
      operationId: "uploadSample",
      method: "post",
      path: "/projects/{projectId}/samples",
      summary: "Send a recording to the project and classify it",
      request: {
        params: ProjectParams,
        body: { required: true, content: { "multipart/form-data": { schema: UploadSchema } } },
      },
      middleware: takeTurn,
      responses: { 202: json(UploadedSchema, "The sample that it became, and its run."), default: problem },
    }),
    async (c) => {
      const { projectId } = c.req.valid("param");
      const { file, label, category } = c.req.valid("form");
      const { signal } = c.req.raw;
      const content = recordingOf(file);
      if (!ingestion) {
        const detail = "EI_STUDIO_URL is another Studio than Edge Impulse's; EI_INGESTION_URL has to say where its recordings go."; // prettier-ignore
        throw new Problem(409, "no-ingestion", detail);
      }
      // The key decides which project gets it.
      const { projects } = await studio.call("listProjects", { signal });
      if (!projects.some(({ id }) => id === projectId)) {
        throw new Problem(404, "not-found", `The server's key does not open the project ${projectId}.`);
      }
      const fileName = path.win32.basename(file.name);
      const uploaded = await uploadRecording(ingestion, { category, fileName, content, label, signal }).catch(
        (error: unknown) => {
          if (!(error instanceof StudioRefusedError)) throw error;
          throw new Problem(400, "recording-refused", error.studioText ?? error.message);
        },
      );
      const sample = await readSample(studio, { projectId, sampleId: uploaded.sampleId }, signal);
      const runId =
        (await runOfSample(sampleRuns, { projectId, category, sample }, pause, signal)) ??
        (await sampleRuns.startRun(projectId, sample));
      return c.json({ sampleId: sample.id, sampleName: sample.filename, runId }, 202);
    },
  );
  return app;
}

/** Reads the form for whoever asks for it next: the validator alone would make one copy more of it. */
async function readForm({ req }: Context): Promise<void> {
  if (!req.header("content-type")?.startsWith("multipart/form-data")) return;
  try {
    await req.formData();
  } catch (cause) {
    if (req.raw.signal.aborted || !(cause instanceof TypeError)) throw cause;
    throw new Problem(400, "bad-request", `The form cannot be read: ${cause.message}`);
  }
}

/** The file under the type that its name has. @throws {Problem} 415 for another one, 413 for one that is too large. */
function recordingOf(file: File): Blob {
  const type = TYPES[path.extname(file.name).toLowerCase()];
  if (type === undefined) {
    const detail = `${file.name || "The file"} is none of ${Object.keys(TYPES).join(", ")}.`;
    throw new Problem(415, "no-recording", detail);
  }
  if (file.size > LARGEST_RECORDING_BYTES) {
    throw new Problem(413, "too-large", `A recording may have ${LARGEST_RECORDING_BYTES} bytes.`);
  }
  return file.slice(0, file.size, type);
}
