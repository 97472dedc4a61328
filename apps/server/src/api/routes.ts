/** The server's HTTP API under `/api/v1`. Its document, openapi/windowscope.yaml, is generated from these routes. */
import { Readable } from "node:stream";

import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Run } from "@windowscope/protocol";
import type { RunLog } from "@windowscope/runlog";
import type { Studio } from "@windowscope/sdk";

import { recordingRoutes } from "../recordings/routes.ts";
import type { Recordings } from "../recordings/recordings.ts";
import type { RunJournal, StoredRun } from "../runs/journal.ts";
import type { Runs } from "../runs/runs.ts";
import { testRunRoutes } from "../test-runs/routes.ts";
import type { TestRuns } from "../test-runs/test-runs.ts";
import { accessRoutes, type AccessParts } from "../access/routes.ts";
import type { ServerLog } from "../log.ts";
import { cancelInTime } from "./cancel-in-time.ts";
import { answerProblem, noSuchRun, Problem, problemResponse, refuseInvalid } from "./problem.ts";
import { projectRoutes } from "./projects.ts";
import { sampleBoxRoutes } from "./sample-boxes.ts";
import { sampleFileRoutes } from "./sample-files.ts";
import { sampleLabelRoutes } from "./sample-labels.ts";
import { readSample } from "./sample-of-studio.ts";
import { sampleUploadRoutes, type UploadParts } from "./sample-upload.ts";
import { sampleRoutes } from "./samples.ts";
import { json, problem, RunParams, RunSchema, StartRunSchema, WindowSchema } from "./schemas.ts";
import { windowRoutes } from "./window-routes.ts";
import { windowsAsArrow } from "./windows-as-arrow.ts";
import { beginWindowEntries, windowsAsCsv, windowsAsJson } from "./windows.ts";

/** What the routes need. */
export interface ApiParts {
  readonly studio: Studio;
  readonly runs: Runs;
  readonly journal: RunJournal;
  readonly runLog: RunLog;
  readonly testRuns: TestRuns;
  readonly recordings: Recordings;
  readonly uploads: UploadParts;
  readonly log: ServerLog;
  readonly access: AccessParts | undefined;
}

/** What the windows of a run can be downloaded as. */
const DOWNLOADS = {
  json: { type: "application/json", write: windowsAsJson },
  csv: { type: "text/csv; charset=utf-8", write: windowsAsCsv },
  arrow: { type: "application/vnd.apache.arrow.stream", write: windowsAsArrow },
};

/** An app with every route. */
export function apiRoutes(parts: ApiParts): OpenAPIHono {
  const { studio, runs, journal, runLog, testRuns, recordings, uploads, log, access } = parts;
  const app = new OpenAPIHono({ defaultHook: refuseInvalid });
  app.route("/", accessRoutes(access));
  app.route("/", projectRoutes(studio));
  app.route("/", sampleRoutes(studio));
  app.route("/", sampleUploadRoutes(studio, uploads));
  app.route("/", sampleBoxRoutes(studio));
  app.route("/", sampleFileRoutes(studio));
  app.route("/", sampleLabelRoutes(studio));

  async function findRun(runId: string): Promise<StoredRun> {
    const stored = await journal.find(runId);
    if (!stored) throw noSuchRun(runId);
    return stored;
  }

  app.openapi(
    createRoute({
      operationId: "listRuns",
      method: "get",
      path: "/runs",
      summary: "Runs, the newest first",
      request: {
        query: z.object({
          limit: z.coerce.number().int().min(1).max(200).default(50),
          before: z.coerce.number().int().positive().optional().describe("`next` of an earlier page."),
          projectId: z.coerce.number().int().positive().optional().describe("Only runs of this project."),
          sampleId: z.coerce.number().int().positive().optional().describe("Only runs of this sample."),
        }),
      },
      responses: {
        200: json(
          z.object({ runs: z.array(RunSchema), next: z.int().optional() }),
          "A page; `next` leads to the next. A filtered page may be short, even empty, and have a `next`.",
        ),
        default: problem,
      },
    }),
    async (c) => {
      const { limit, before, projectId, sampleId } = c.req.valid("query");
      const isWanted = (run: Run) =>
        (projectId ?? run.projectId) === run.projectId && (sampleId ?? run.sampleId) === run.sampleId;
      const isFiltered = projectId !== undefined || sampleId !== undefined;
      const { runs: page, next } = await (isFiltered
        ? journal.search(isWanted, limit, before)
        : journal.list(limit, before));
      return c.json({ runs: page.map(mutable), ...(next !== undefined && { next }) }, 200);
    },
  );

  app.openapi(
    createRoute({
      operationId: "startRun",
      method: "post",
      path: "/runs",
      summary: "Classify a sample now",
      description: "The same request while its run is under way answers that run.",
      request: {
        body: {
          required: true,
          content: {
            "application/json": {
              schema: StartRunSchema,
            },
          },
        },
      },
      responses: { 202: json(z.object({ runId: z.string() }), "The run."), default: problem },
    }),
    async (c) => {
      const request = c.req.valid("json");
      const { projectId, sampleId } = request;
      const sample = await readSample(studio, { projectId, sampleId }, c.req.raw.signal);
      const { runId } = await runs.start(request, { name: sample.filename, label: sample.label });
      return c.json({ runId }, 202);
    },
  );

  app.openapi(
    createRoute({
      operationId: "getRun",
      method: "get",
      path: "/runs/{runId}",
      summary: "One run",
      request: { params: RunParams },
      responses: { 200: json(RunSchema, "The run."), default: problem },
    }),
    async (c) => c.json(mutable((await findRun(c.req.valid("param").runId)).run), 200),
  );

  app.openapi(
    createRoute({
      operationId: "cancelRun",
      method: "delete",
      path: "/runs/{runId}",
      summary: "Cancel a run that is under way",
      request: { params: RunParams },
      responses: { 200: json(RunSchema, "The cancelled run."), default: problem },
    }),
    (c) =>
      cancelInTime(async () => {
        const { runId } = (await findRun(c.req.valid("param").runId)).run;
        if (!(await runs.cancel(runId))) throw new Problem(409, "run-is-over", `The run ${runId} is over already.`);
        return c.json(mutable((await findRun(runId)).run), 200);
      }),
  );

  app.openapi(
    createRoute({
      operationId: "getWindows",
      method: "get",
      path: "/runs/{runId}/windows",
      summary: "All windows of a run, as a download",
      request: { params: RunParams, query: z.object({ format: z.enum(["json", "csv", "arrow"]).default("json") }) },
      responses: {
        200: {
          description:
            "The windows so far. Arrow is a stream of record batches: `index`, `startMs`, `endMs`, `verdict`, `anomaly`, " +
            "then a column for each class, and `value` for a regression; the schema's metadata has the run as JSON. " +
            "In CSV, a name that a spreadsheet would take for a formula has an apostrophe before it.",
          content: {
            "application/json": { schema: z.object({ run: RunSchema, windows: z.array(WindowSchema) }) },
            "text/csv": { schema: z.string() },
            "application/vnd.apache.arrow.stream": { schema: z.string().openapi({ format: "binary" }) },
          },
        },
        default: problem,
      },
    }),
    async (c) => {
      const { run, log: state } = await findRun(c.req.valid("param").runId);
      const { format } = c.req.valid("query");
      const { type, write } = DOWNLOADS[format];
      const entries = await beginWindowEntries(runLog, run, state);
      c.header("content-type", type);
      c.header("content-disposition", `attachment; filename="${run.runId}.${format}"`);
      // Read no faster than it is taken. An error on the way breaks the connection off, so that half a file cannot be
      // taken for a whole one.
      const bytes = Readable.from(write(run, entries), { objectMode: false });
      return c.body(Readable.toWeb(bytes) as ReadableStream<Uint8Array>);
    },
  );

  app.route("/", windowRoutes({ studio, journal, runLog }));
  app.route("/", testRunRoutes({ testRuns }));
  app.route("/", recordingRoutes({ studio, recordings }));

  app.notFound((c) => problemResponse(c, 404, "no-such-route", `There is no ${c.req.method} ${c.req.path}.`));
  app.onError((error, c) => answerProblem(error, c, log));
  return app;
}

/** The protocol's run is read-only, which the types of the routes do not know. */
function mutable(run: Run): z.infer<typeof RunSchema> {
  return run as z.infer<typeof RunSchema>;
}
