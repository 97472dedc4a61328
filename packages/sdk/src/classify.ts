import type { OperationId, Schemas } from "./api-types.ts";
import { readClassification, type ClassifiedSample, type ClassifiedWindow } from "./classification.ts";
import { ResultMissingError, StudioAnswerError } from "./errors.ts";
import { waitForJob, type JobWait } from "./jobs.ts";
import { pause } from "./pause.ts";
import type { Studio } from "./studio.ts";

/** What Studio can run a model as. */
export type ModelVariant = Schemas["KerasModelVariantEnum"];

export interface ClassifyRequest extends JobWait {
  readonly sampleId: number;
  /** The project's default impulse when absent. */
  readonly impulseId?: number | undefined;
  /** Studio's own choice, float32, when absent. */
  readonly variant?: ModelVariant | undefined;
  /** Studio may then shorten long lists of labels, so the ends of `expected` are not to be trusted. */
  readonly truncateStructuredLabels?: boolean | undefined;
  /** Told when Studio needs a job to answer. */
  readonly onJob?: (jobId: number) => void | Promise<void>;
}

/** After this many jobs a result is not to be expected: somebody keeps changing the model, or Studio forgets. */
const MOST_JOBS = 3;
/** A result that is not there when its job has finished may come a little later: after these waits, ms. */
const LATE_RESULT_WAITS_MS = [500, 1_000, 2_000, 4_000, 8_000];

/**
 * Slides the impulse's window over a whole stored sample, and answers every window with its verdict.
 *
 * Studio answers at once or with a job to wait for; this hides which.
 *
 * @throws {JobFailedError} when a job fails.
 * @throws {ResultMissingError} when jobs finish, and their result does not come.
 * @throws {StudioAnswerError} when the answer cannot be understood.
 * @throws As `Studio.call`.
 */
export async function classifySample(studio: Studio, request: ClassifyRequest): Promise<ClassifiedSample> {
  const { projectId, sampleId, impulseId, variant, truncateStructuredLabels, signal } = request;
  const path = { projectId, sampleId };
  const query = { impulseId, variant, truncateStructuredLabels };
  return resultOf(request, studio, "classifySampleV2", readClassification, () =>
    studio.call("classifySampleV2", { path, query, signal }),
  );
}

/**
 * As `classifySample`, with one learn block alone.
 *
 * @throws As `classifySample`.
 */
export async function classifySampleByBlock(
  studio: Studio,
  request: Omit<ClassifyRequest, "impulseId"> & { readonly blockId: number },
): Promise<ClassifiedSample> {
  const { projectId, sampleId, blockId, variant, truncateStructuredLabels, signal } = request;
  const path = { projectId, sampleId, blockId };
  const query = { variant, truncateStructuredLabels };
  return resultOf(request, studio, "classifySampleByLearnBlockV2", readClassification, () =>
    studio.call("classifySampleByLearnBlockV2", { path, query, signal }),
  );
}

/**
 * As `classifySample`, with several variants of the model side by side.
 *
 * @returns By the names of the variants, in the order in which they were asked for.
 * @throws As `classifySample`.
 */
export async function classifySampleForVariants(
  studio: Studio,
  request: Omit<ClassifyRequest, "variant"> & { readonly variants: readonly ModelVariant[] },
): Promise<ReadonlyMap<string, ClassifiedSample>> {
  const { projectId, sampleId, impulseId, variants, truncateStructuredLabels, signal } = request;
  const path = { projectId, sampleId };
  const query = { impulseId, variants: JSON.stringify(variants), truncateStructuredLabels };
  const operation = "classifySampleForVariants";
  const read = (answer: Schemas["ClassifySampleResponseMultipleVariants"]) => {
    const results = answer.results ?? [];
    if (results.length === 0) {
      throw new StudioAnswerError(`Studio's answer to ${operation} has no results.`, {
        operation,
        pointer: "/results",
      });
    }
    return new Map(
      results.map(({ variant, classifications }) => [
        variant,
        readClassification({ ...answer, classifications }, operation),
      ]),
    );
  };
  return resultOf(request, studio, operation, read, () => studio.call(operation, { path, query, signal }));
}

/**
 * The windows of a sample, as soon as Studio has them.
 *
 * @throws As `classifySample`.
 */
export async function* classifyWindows(
  studio: Studio,
  request: ClassifyRequest,
): AsyncGenerator<ClassifiedWindow, void, undefined> {
  yield* (await classifySample(studio, request)).windows();
}

/** As `classifyWindows`, with one learn block alone. */
export async function* classifyWindowsByBlock(
  studio: Studio,
  request: Parameters<typeof classifySampleByBlock>[1],
): AsyncGenerator<ClassifiedWindow, void, undefined> {
  yield* (await classifySampleByBlock(studio, request)).windows();
}

/** Asks until Studio answers with a result, and waits for the jobs in between. */
async function resultOf<A extends object, R extends ClassifiedSample | ReadonlyMap<string, ClassifiedSample>>(
  request: ClassifyRequestBase,
  studio: Studio,
  operation: OperationId,
  read: (answer: A, operation: OperationId) => R,
  ask: () => Promise<A | Schemas["StartJobResponse"]>,
): Promise<R> {
  for (let jobs = 0, looks = 0; ;) {
    const answer = await ask();
    if ("classifications" in answer || "results" in answer) {
      const result = read(answer as A, operation);
      if (jobs === 0 || !isLate(result)) return result;
      const waitMs = LATE_RESULT_WAITS_MS[looks++];
      if (waitMs === undefined) throw missing(operation, request, "finished, but its result stays empty");
      await pause(waitMs, request.signal);
      continue;
    }
    if (!("id" in answer && typeof answer.id === "number")) {
      const message = `Studio answered ${operation} with neither a result nor a job.`;
      throw new StudioAnswerError(message, { operation, pointer: "/id" });
    }
    if (jobs++ === MOST_JOBS) throw missing(operation, request, `wants to be done again after ${MOST_JOBS} times`);
    await request.onJob?.(answer.id);
    await waitForJob(studio, answer.id, request);
  }
}

type ClassifyRequestBase = Pick<ClassifyRequest, "sampleId" | "onJob" | keyof JobWait>;

/** Whether windows are to be expected that are not there. */
function isLate(result: ClassifiedSample | ReadonlyMap<string, ClassifiedSample>): boolean {
  const samples = "windows" in result ? [result] : [...result.values()];
  return samples.some(({ windowCount, signal, windowSizeMs }) => {
    return windowCount === 0 && signal.values.length * signal.intervalMs >= windowSizeMs;
  });
}

function missing(operation: OperationId, { sampleId }: ClassifyRequestBase, what: string): ResultMissingError {
  const advice = "Somebody may be training the impulse or changing a threshold; classify it again afterwards.";
  return new ResultMissingError(`The job that classifies sample ${sampleId} ${what}. ${advice}`, { operation });
}
