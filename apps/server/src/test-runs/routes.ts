/** `/projects/{projectId}/test-runs`: classifies a project's whole test set, and tells how good that is. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { TestRun } from "@windowscope/protocol";

import { cancelInTime } from "../api/cancel-in-time.ts";
import { json, problem, ProjectParams, VariantSchema, type Mutable } from "../api/schemas.ts";
import { Problem, refuseInvalid } from "../api/problem.ts";
import { TestPredictionSchema, TestRunSchema } from "./schemas.ts";
import type { TestRuns } from "./test-runs.ts";

const PATH = "/projects/{projectId}/test-runs";
const TestRunParams = ProjectParams.extend({ testRunId: z.string().max(40) });
const Limit = z.coerce.number().int().min(1);
const LONGEST_LABEL = 1_000;

export function testRunRoutes({ testRuns }: { readonly testRuns: TestRuns }): OpenAPIHono {
  const app = new OpenAPIHono({ defaultHook: refuseInvalid });

  async function findTestRun({ projectId, testRunId }: z.infer<typeof TestRunParams>): Promise<TestRun> {
    const testRun = await testRuns.find(testRunId);
    if (testRun?.projectId !== projectId) {
      throw new Problem(404, "no-such-test-run", `Project ${projectId} has no test run ${testRunId}.`);
    }
    return testRun;
  }

  app.openapi(
    createRoute({
      operationId: "startTestRun",
      method: "post",
      path: PATH,
      summary: "Classify the whole test set now",
      description: "The same request while its test run is under way answers that test run.",
      request: {
        params: ProjectParams,
        body: {
          required: true,
          content: {
            "application/json": {
              schema: z.object({ impulseId: z.int().positive().optional(), variant: VariantSchema.optional() }),
            },
          },
        },
      },
      responses: { 202: json(z.object({ testRunId: z.string() }), "The test run."), default: problem },
    }),
    async (c) => {
      const { testRunId } = await testRuns.start({ ...c.req.valid("param"), ...c.req.valid("json") });
      return c.json({ testRunId }, 202);
    },
  );

  app.openapi(
    createRoute({
      operationId: "listTestRuns",
      method: "get",
      path: PATH,
      summary: "A project's test runs, the newest first",
      request: {
        params: ProjectParams,
        query: z.object({
          limit: Limit.max(200).default(50),
          before: z.coerce.number().int().positive().optional().describe("`next` of an earlier page."),
        }),
      },
      responses: {
        200: json(
          z.object({ testRuns: z.array(TestRunSchema), next: z.int().optional() }),
          "A page; `next` leads to the next.",
        ),
        default: problem,
      },
    }),
    async (c) => {
      const { limit, before } = c.req.valid("query");
      const { tasks, next } = await testRuns.list(c.req.valid("param").projectId, limit, before);
      return c.json({ testRuns: tasks as Mutable<TestRun>[], ...(next !== undefined && { next }) }, 200);
    },
  );

  app.openapi(
    createRoute({
      operationId: "getTestRun",
      method: "get",
      path: `${PATH}/{testRunId}`,
      summary: "One test run, with accuracy and confusion matrix once it has finished",
      request: { params: TestRunParams },
      responses: { 200: json(TestRunSchema, "The test run."), default: problem },
    }),
    async (c) => c.json((await findTestRun(c.req.valid("param"))) as Mutable<TestRun>, 200),
  );

  app.openapi(
    createRoute({
      operationId: "listPredictions",
      method: "get",
      path: `${PATH}/{testRunId}/predictions`,
      summary: "What Studio makes of each window of the test set",
      request: {
        params: TestRunParams,
        query: z.object({
          limit: Limit.max(1_000).default(100),
          after: z.coerce.number().int().min(0).optional().describe("`next` of an earlier page."),
          expected: z.string().max(LONGEST_LABEL).optional().describe("Only windows with this label."),
          predicted: z.string().max(LONGEST_LABEL).optional().describe("Only windows with this verdict."),
        }),
      },
      responses: {
        200: json(
          z.object({ predictions: z.array(TestPredictionSchema), next: z.int().optional() }),
          "A page; `next` leads to the next.",
        ),
        default: problem,
      },
    }),
    async (c) => {
      const { testRunId } = await findTestRun(c.req.valid("param"));
      const page = await testRuns.predictions(testRunId, c.req.valid("query"));
      const { predictions, next } = page ?? { predictions: [], next: undefined };
      return c.json({ predictions: [...predictions], ...(next !== undefined && { next }) }, 200);
    },
  );

  app.openapi(
    createRoute({
      operationId: "cancelTestRun",
      method: "delete",
      path: `${PATH}/{testRunId}`,
      summary: "Cancel a test run that is under way, and its job in Studio",
      request: { params: TestRunParams },
      responses: { 200: json(TestRunSchema, "The cancelled test run."), default: problem },
    }),
    (c) =>
      cancelInTime(async () => {
        const params = c.req.valid("param");
        const { testRunId } = await findTestRun(params);
        if (!(await testRuns.cancel(testRunId))) {
          throw new Problem(409, "test-run-is-over", `The test run ${testRunId} is over already.`);
        }
        return c.json((await findTestRun(params)) as Mutable<TestRun>, 200);
      }),
  );
  return app;
}
