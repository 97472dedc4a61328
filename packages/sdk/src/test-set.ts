import type { AnswerOf, Schemas } from "./api-types.ts";
import { LATE_RESULT_WAITS_MS, type ModelVariant } from "./classify.ts";
import { ResultMissingError, StudioNotFoundError } from "./errors.ts";
import { waitForJob, type JobWait } from "./jobs.ts";
import { classesOf, kindOf, type BlockKind } from "./block-windows.ts";
import { readItems } from "./pages.ts";
import { pause } from "./pause.ts";
import { getClassifyJobResult, startClassifyJob } from "./routes.ts";
import type { Studio } from "./studio.ts";

/** Which model classifies the test set, and how its job is waited for. */
export interface TestSetRequest extends JobWait {
  /** A job that was started before, by `startTestSetJob`; one is started when absent. */
  readonly jobId?: number | undefined;
  /** The project's default impulse when absent. */
  readonly impulseId?: number | undefined;
  /** Studio's own choice, float32, when absent. */
  readonly variant?: ModelVariant | undefined;
  /** Told the id of the job. */
  readonly onJob?: (jobId: number) => void | Promise<void>;
}

/** What an impulse makes of a project's whole test set. */
export interface ClassifiedTestSet {
  /** One verdict of Studio for each window, with its times. */
  readonly predictions: readonly Schemas["ModelPrediction"][];
  /** Studio's own summary. Its reference does not say whether scores are shares of 1 or percent. */
  readonly accuracy: AnswerOf<"getClassifyJobResult">["accuracy"];
  /** What the blocks of the impulse say, in their order; empty where no sample has a result. */
  readonly kinds: readonly BlockKind[];
  /** Names of the classes; empty without a classifier. */
  readonly classes: readonly string[];
  /** Names of the samples, by their ids. */
  readonly sampleNames: ReadonlyMap<number, string>;
  /** Sample by sample, read page by page. */
  readonly samples: () => AsyncIterable<Schemas["ModelResult"]>;
}

const PAGE = 20;

/**
 * Starts the job that classifies all samples of a project's test set. `classifyTestSet` waits for it, given its id.
 *
 * @throws As `Transport.send`.
 */
export async function startTestSetJob(
  studio: Studio,
  { projectId, impulseId, variant, signal }: Pick<TestSetRequest, "projectId" | "impulseId" | "variant" | "signal">,
): Promise<number> {
  const { id } = await studio.send(startClassifyJob, {
    path: { projectId },
    query: { impulseId },
    body: variant === undefined ? {} : { modelVariants: [variant] },
    signal,
  });
  return id;
}

/**
 * Classifies all samples of a project's test set: starts the job, waits for it, and reads its result.
 *
 * @throws {JobFailedError} when the job fails.
 * @throws {ResultMissingError} when it finishes, and its result does not come.
 * @throws As `Transport.send`.
 */
export async function classifyTestSet(studio: Studio, request: TestSetRequest): Promise<ClassifiedTestSet> {
  const { projectId, impulseId, variant, signal, onJob } = request;
  const path = { projectId };
  const id = request.jobId ?? (await startTestSetJob(studio, request));
  if (request.jobId === undefined) await onJob?.(id);
  await waitForJob(studio, id, request);

  for (let looks = 0; ; looks++) {
    const found = await readResult(studio, request);
    if (found) {
      const blocks = found.result[0]?.classifications ?? [];
      const query = { impulseId, variant, limit: PAGE };
      return {
        predictions: found.predictions,
        accuracy: found.accuracy,
        kinds: blocks.flatMap((block) => kindOf(block) ?? []),
        classes: classesOf(blocks.find((block) => kindOf(block) === "classes")),
        sampleNames: new Map(found.result.map(({ sampleId, sample }) => [sampleId, sample.filename])),
        samples: () => readItems(studio, "getClassifyJobResultPage", { path, query, signal }),
      };
    }
    const waitMs = LATE_RESULT_WAITS_MS[looks];
    if (waitMs === undefined) {
      const advice =
        "An empty test set has none. For object detection a job that only makes the summary leaves it out too; " +
        "start one with skipFeatureGeneration.";
      const message = `Job ${id} classified the test set, but the result does not come. ${advice}`;
      throw new ResultMissingError(message, { operation: "getClassifyJobResult" });
    }
    await pause(waitMs, signal);
  }
}

async function readResult(studio: Studio, { projectId, impulseId, variant, signal }: TestSetRequest) {
  try {
    const result = await studio.send(getClassifyJobResult, {
      path: { projectId },
      query: { impulseId, variant },
      signal,
    });
    return result.predictions.length > 0 || result.result.length > 0 ? result : undefined;
  } catch (error) {
    // What Studio says right after the job, sometimes.
    if (error instanceof StudioNotFoundError && error.studioText?.includes("No model testing results"))
      return undefined;
    throw error;
  }
}
