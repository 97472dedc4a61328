/**
 * Ingestion: files with recordings come in over HTTP, at `/api/{category}/files` and `/api/{category}/data`.
 *
 * Bodies go to disk while they come in, and to the intake file by file once they are complete.
 *
 * https://docs.edgeimpulse.com/apis/ingestion
 */
import { readFile } from "node:fs/promises";

import type { HttpBindings } from "@hono/node-server";
import { Hono, type Context } from "hono";

import { RecordingError } from "../formats/recording.ts";
import { isSideFile, parseSideFile } from "../formats/side-file.ts";
import type { LabelSpan } from "../formats/structured-labels.ts";
import type { Project, Projects } from "../projects.ts";
import type { Sample } from "../samples.ts";
import type { Intake } from "./intake.ts";
import { MOST_FILES, receiveBody, receiveForm, tooManyFiles, UPLOAD_LIMITS } from "./receive-upload.ts";
import type { ReceivedFile, UploadLimits } from "./receive-upload.ts";
import { IntakeError } from "./upload.ts";
import { UploadError } from "./upload-error.ts";
import { categoryFor, decodeHeader, labelFor, parseCategoryRule, readWishes } from "./upload-headers.ts";
import type { CategoryRule, UploadWishes } from "./upload-headers.ts";

const LARGEST_SIDE_FILE_BYTES = 10 * 1024 * 1024;

/** What all files of a request have in common. */
interface Request {
  readonly project: Project;
  readonly category: CategoryRule;
  readonly wishes: UploadWishes;
}

type Env = { Bindings: HttpBindings };

/** What `/files` says about each file. */
type FileAnswer =
  | { readonly success: true; readonly projectId: number; readonly sampleId: number; readonly fileName: string }
  | { readonly success: false; readonly error: string; readonly fileName: string };

/**
 * Takes files for the projects of a local Studio. Needs the request of `@hono/node-server`, to stream from it.
 *
 * @param limits Only tests set them.
 */
export function ingestionApp(
  projects: Pick<Projects, "findByKey">,
  intake: Pick<Intake, "add" | "uploads">,
  limits: UploadLimits = UPLOAD_LIMITS,
): Hono<Env> {
  const app = new Hono<Env>();
  const { uploads } = intake;

  app.get("/", (c) => c.text("Windowscope's local ingestion service. POST files to /api/testing/files."));

  app.post("/api/:category/files", async (c) => {
    const request = readRequest(c, projects);
    return uploads.withRequestFolder(async (folder) => {
      const received = (await receiveForm(c.env.incoming, folder, limits)).filter(({ field }) => field === "data");
      const recordings = received.filter(({ name }) => !isSideFile(name));
      if (recordings.length === 0) {
        throw new UploadError(400, 'There is no file; send each one as a part named "data".');
      }
      if (recordings.length > MOST_FILES) throw tooManyFiles();

      const { spans, refused } = await readSideFiles(received.filter(({ name }) => isSideFile(name)));
      const files: FileAnswer[] = [...refused];
      for (const file of recordings) files.push(await addOrExplain(request, file, spans.get(file.name)));
      // Each file says whether it was taken. The official programs look at that only when the whole is a success.
      return c.json({ success: true, files });
    });
  });

  app.post("/api/:category/data", async (c) => {
    const request = readRequest(c, projects);
    const name = decodeHeader("x-file-name", c.req.header("x-file-name"));
    if (name === undefined) throw new UploadError(421, "Missing x-file-name header");
    return uploads.withRequestFolder(async (folder) => {
      const isForm = /^multipart\//i.test(c.req.header("content-type") ?? "");
      const file = isForm
        ? { ...onlyMessage(await receiveForm(c.env.incoming, folder, limits)), name }
        : await receiveBody(c.env.incoming, name, folder, limits);
      return c.text((await add(request, file)).filename);
    });
  });

  app.onError((error, c) => {
    const status = error instanceof UploadError ? error.status : isForSender(error) ? 400 : 500;
    const message = explain(error, c);
    return c.req.path.endsWith("/data") ? c.text(message, status) : c.json({ success: false, error: message }, status);
  });

  async function addOrExplain(
    request: Request,
    file: ReceivedFile,
    spans: readonly LabelSpan[] | undefined,
  ): Promise<FileAnswer> {
    try {
      const { id, filename } = await add(request, file, spans);
      return { success: true, projectId: request.project.id, sampleId: id, fileName: filename };
    } catch (error) {
      return { success: false, error: explain(error), fileName: file.name };
    }
  }

  function add(
    { project, category, wishes }: Request,
    { name, path, contentType, md5 }: ReceivedFile,
    structuredLabels?: readonly LabelSpan[],
  ): Promise<Sample> {
    const { metadata, disallowDuplicates, addsUniqueSuffix } = wishes;
    return intake.add({
      projectId: project.id,
      category: categoryFor(category, md5),
      filename: name,
      label: labelFor(name, wishes),
      path,
      contentType,
      ...(structuredLabels && { structuredLabels }),
      ...(metadata && { metadata }),
      disallowDuplicates,
      addsUniqueSuffix,
    });
  }

  return app;
}

/** Everything that can be wrong with a request before its body is read. */
function readRequest(c: Context<Env>, projects: Pick<Projects, "findByKey">): Request {
  const project = projects.findByKey(c.req.header("x-api-key") ?? "");
  if (!project) throw new UploadError(401, "Invalid API key");
  const category = parseCategoryRule(c.req.param("category") ?? "");
  return { project, category, wishes: readWishes((name) => c.req.header(name)) };
}

/** The spans for each file, and what is wrong with each side file that has none. */
async function readSideFiles(sideFiles: readonly ReceivedFile[]) {
  const spans = new Map<string, readonly LabelSpan[]>();
  const refused: FileAnswer[] = [];
  for (const { name, path, size } of sideFiles) {
    try {
      if (size > LARGEST_SIDE_FILE_BYTES)
        throw new RecordingError(`A side file may have ${LARGEST_SIDE_FILE_BYTES} bytes.`);
      for (const [file, labels] of parseSideFile(name, await readFile(path))) spans.set(file, labels);
    } catch (error) {
      refused.push({ success: false, error: explain(error), fileName: name });
    }
  }
  return { spans, refused };
}

/** The recording in a form of the mobile client. */
function onlyMessage(files: readonly ReceivedFile[]): ReceivedFile {
  if (files.some(({ field }) => field === "image")) {
    throw new UploadError(400, "The local Studio has no image projects yet, and the form has an image.");
  }
  const message = files.find(({ field }) => field === "message");
  if (!message) throw new UploadError(400, 'There is no file; send it as a part named "message" with a file name.');
  return message;
}

function isForSender(error: unknown): error is Error {
  return error instanceof UploadError || error instanceof RecordingError || error instanceof IntakeError;
}

/** For the sender. What is not the sender's business goes to the log. */
function explain(error: unknown, c?: Context): string {
  if (isForSender(error)) return error.message;
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`ingestion${c ? ` ${c.req.method} ${c.req.path}` : ""}: ${reason}\n`);
  return "Unknown error; the local Studio's log says more.";
}
