/**
 * Ingestion: files with recordings come in over HTTP, at `/api/{category}/files` and `/api/{category}/data`.
 *
 * https://docs.edgeimpulse.com/apis/ingestion
 */
import { createHash } from "node:crypto";

import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";

import { RecordingError } from "./formats/recording.ts";
import { DuplicateError, type LocalStudio } from "./local-studio.ts";
import type { Project } from "./projects.ts";
import type { Category } from "./category.ts";
import type { Sample } from "./samples.ts";

const LARGEST_REQUEST_BYTES = 100 * 1024 * 1024;
const MOST_FILES = 1_000;

/** The request cannot be taken. `status` and message are what the sender gets. */
class IngestionError extends Error {
  readonly status: 400 | 401 | 413 | 421;

  constructor(status: IngestionError["status"], message: string) {
    super(message);
    this.status = status;
  }
}

interface UploadedFile {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** Takes files for the projects of a local Studio. */
export function ingestionApp(studio: LocalStudio): Hono {
  const app = new Hono();
  app.use(
    bodyLimit({
      maxSize: LARGEST_REQUEST_BYTES,
      onError: () => {
        throw new IngestionError(413, `A request may have ${LARGEST_REQUEST_BYTES} bytes.`);
      },
    }),
  );

  app.get("/", (c) => c.text("Windowscope's local ingestion service. POST files to /api/testing/files."));

  app.post("/api/:category/files", async (c) => {
    const project = authenticate(c, studio);
    const form = await readForm(c);
    const parts = form.getAll("data").filter((part) => part instanceof File);
    if (parts.length === 0) throw new IngestionError(400, 'There is no file; send each one as a part named "data".');
    if (parts.length > MOST_FILES) throw new IngestionError(400, `A request may have ${MOST_FILES} files.`);

    const files = [];
    for (const part of parts) {
      const file = { name: part.name, contentType: part.type, bytes: Buffer.from(await part.arrayBuffer()) };
      try {
        const sample = await ingest(c, project, file);
        files.push({ success: true, projectId: project.id, sampleId: sample.id, fileName: sample.filename });
      } catch (error) {
        files.push({ success: false, error: messageFor(error), fileName: file.name });
      }
    }
    // The request succeeded; each file tells of itself, and there the uploader looks for the reason.
    return c.json({ success: true, files });
  });

  app.post("/api/:category/data", async (c) => {
    const project = authenticate(c, studio);
    const name = decodeHeader(c, "x-file-name");
    if (name === undefined) throw new IngestionError(421, "Missing x-file-name header");
    const bytes = Buffer.from(await c.req.arrayBuffer());
    const sample = await ingest(c, project, { name, contentType: c.req.header("content-type") ?? "", bytes });
    return c.text(sample.filename);
  });

  app.onError((error, c) => {
    const isKnown =
      error instanceof IngestionError || error instanceof RecordingError || error instanceof DuplicateError;
    if (!isKnown) process.stderr.write(`${c.req.method} ${c.req.path}: ${error.stack ?? error.message}\n`);
    const status = error instanceof IngestionError ? error.status : isKnown ? 400 : 500;
    const message = messageFor(error);
    return c.req.path.endsWith("/data") ? c.text(message, status) : c.json({ success: false, error: message }, status);
  });

  async function ingest(c: Context, project: Project, { name, contentType, bytes }: UploadedFile): Promise<Sample> {
    return studio.addSample({
      projectId: project.id,
      category: parseCategory(c.req.param("category") ?? "", bytes),
      filename: name,
      label: decodeHeader(c, "x-label") ?? labelFromName(name),
      path: await studio.files.writeUpload(bytes),
      contentType,
      disallowDuplicates: c.req.header("x-disallow-duplicates") === "1",
    });
  }

  return app;
}

function authenticate(c: Context, studio: LocalStudio): Project {
  const project = studio.projects.findByKey(c.req.header("x-api-key") ?? "");
  if (!project) throw new IngestionError(401, "Invalid API key");
  return project;
}

async function readForm(c: Context): Promise<FormData> {
  try {
    return await c.req.formData();
  } catch (cause) {
    if (cause instanceof IngestionError) throw cause;
    throw new IngestionError(400, "The request has to be multipart/form-data.");
  }
}

/** `split` puts one file in five into the test set, always the same ones. */
function parseCategory(category: string, bytes: Buffer): Category {
  if (category === "training" || category === "testing") return category;
  if (category === "split")
    return createHash("md5").update(bytes).digest().readUInt32LE() % 5 === 0 ? "testing" : "training";
  throw new IngestionError(400, `"${category}" is no category that this Studio has; use training, testing or split.`);
}

function labelFromName(name: string): string {
  return /^[a-zA-Z0-9\s\-_]+/.exec(name)?.[0] ?? "unknown";
}

function decodeHeader(c: Context, name: string): string | undefined {
  const value = c.req.header(name);
  if (value === undefined || value === "") return undefined;
  try {
    return decodeURIComponent(value);
  } catch {
    throw new IngestionError(400, `The header ${name} has to be URI-encoded.`);
  }
}

function messageFor(error: unknown): string {
  const isKnown = error instanceof IngestionError || error instanceof RecordingError || error instanceof DuplicateError;
  return isKnown ? error.message : "Unknown error; the local Studio's log says more.";
}
