import type { OperationId, Schemas } from "./api-types.ts";
import { ResultMissingError, StudioAnswerError, StudioRefusedError } from "./errors.ts";
import { waitForJob, type JobWait } from "./jobs.ts";
import { pause } from "./pause.ts";
import {
  classifySampleByLearnBlockV2,
  classifySampleForVariants as classifySampleForVariantsRoute,
  classifySampleV2,
} from "./routes.ts";
import type { Transport } from "./transport.ts";
import { windowCountOf } from "./window-count.ts";

/** What Studio can run a model as. */
export type ModelVariant = Schemas["KerasModelVariantEnum"];

/** What to classify and by which model, and how a job that it may take is waited for. */
export interface ClassifyRequest extends JobWait {
  readonly sampleId: number;
  /** The project's default impulse when absent. */
  readonly impulseId?: number | undefined;
  /** Studio's own choice, float32, when absent. */
  readonly variant?: ModelVariant | undefined;
  /** Studio may then shorten long lists of labels, so the ends of `expected` are not to be trusted. */
  readonly truncateStructuredLabels?: boolean | undefined;
  /** Of an impulse with FOMO: how found and true objects pair up. */
  readonly includeDebugInfo?: boolean | undefined;
  /** A job that an earlier request has started: its end is waited for first, if Studio still knows it. */
  readonly jobId?: number | undefined;
  /** Told when Studio needs a job to answer. */
  readonly onJob?: (jobId: number) => void | Promise<void>;
}

/** After this many jobs a result is not to be expected: somebody keeps changing the model, or Studio forgets. */
const MOST_JOBS = 3;
/** A result that is not there when its job has finished may come a little later: after these waits, ms. */
export const LATE_RESULT_WAITS_MS = [500, 1_000, 2_000, 4_000, 8_000];

/**
 * Slides the impulse's window over a whole stored sample. `readClassification` makes windows with verdicts of the answer.
 *
 * Studio answers at once or with a job to wait for; this hides which.
 *
 * @throws {JobFailedError} when a job fails.
 * @throws {ResultMissingError} when jobs finish, and their result does not come.
 * @throws As `Transport.send`.
 */
export async function classifySample(
  studio: Transport,
  request: ClassifyRequest,
): Promise<Schemas["ClassifySampleResponse"]> {
  const { projectId, sampleId, impulseId, variant, truncateStructuredLabels, includeDebugInfo, signal } = request;
  const path = { projectId, sampleId };
  const query = { impulseId, variant, truncateStructuredLabels, includeDebugInfo };
  return resultOf(request, studio, "classifySampleV2", () => studio.send(classifySampleV2, { path, query, signal }));
}

/**
 * As `classifySample`, with one learn block alone.
 *
 * @throws As `classifySample`.
 */
export async function classifySampleByBlock(
  studio: Transport,
  request: Omit<ClassifyRequest, "impulseId" | "includeDebugInfo"> & { readonly blockId: number },
): Promise<Schemas["ClassifySampleResponse"]> {
  const { projectId, sampleId, blockId, variant, truncateStructuredLabels, signal } = request;
  const path = { projectId, sampleId, blockId };
  const query = { variant, truncateStructuredLabels };
  return resultOf(request, studio, "classifySampleByLearnBlockV2", () =>
    studio.send(classifySampleByLearnBlockV2, { path, query, signal }),
  );
}

/**
 * As `classifySample`, with several variants of the model side by side. `readVariants` reads the answer.
 *
 * @throws As `classifySample`.
 */
export async function classifySampleForVariants(
  studio: Transport,
  request: Omit<ClassifyRequest, "variant"> & { readonly variants: readonly ModelVariant[] },
): Promise<Schemas["ClassifySampleResponseMultipleVariants"]> {
  const { projectId, sampleId, impulseId, variants, truncateStructuredLabels, includeDebugInfo, signal } = request;
  const path = { projectId, sampleId };
  const query = { impulseId, variants: JSON.stringify(variants), truncateStructuredLabels, includeDebugInfo };
  return resultOf(request, studio, "classifySampleForVariants", () =>
    studio.send(classifySampleForVariantsRoute, { path, query, signal }),
  );
}

interface Result {
  readonly sample?: Schemas["ClassifySampleResponse"]["sample"];
  readonly classifications?: Schemas["ClassifySampleResponseClassification"][];
  readonly results?: Schemas["ClassifySampleResponseVariantResults"][] | undefined;
  readonly windowSizeMs?: number;
}

/** Asks until Studio answers with a result, and waits for the jobs in between. */
async function resultOf<A extends Result>(
  request: ClassifyRequestBase,
  studio: Transport,
  operation: OperationId,
  ask: () => Promise<A | Schemas["StartJobResponse"]>,
): Promise<A> {
  for (let jobs = (await hasWaitedForJob(studio, request)) ? 1 : 0, looks = 0; ;) {
    const answer = await ask();
    if ("classifications" in answer || "results" in answer) {
      if (jobs === 0 || !isLate(answer)) return answer;
      const waitMs = LATE_RESULT_WAITS_MS[looks++];
      if (waitMs === undefined) throw missing(operation, request, "finished, but its result stays empty");
      await pause(waitMs, request.signal);
      continue;
    }
    if (!("id" in answer && typeof answer.id === "number")) {
      throw new StudioAnswerError(`Studio answered ${operation} with no job and no result.`, {
        operation,
        pointer: "/id",
      });
    }
    if (jobs++ === MOST_JOBS) throw missing(operation, request, `wants to be done again after ${MOST_JOBS} times`);
    await request.onJob?.(answer.id);
    await waitForJob(studio, answer.id, request);
    // It asked for another job although one had finished: the result of that may be under way.
    if (jobs > 1) await pause(LATE_RESULT_WAITS_MS[jobs - 1] as number, request.signal);
  }
}

type ClassifyRequestBase = Pick<ClassifyRequest, "sampleId" | "jobId" | "onJob" | keyof JobWait>;

async function hasWaitedForJob(studio: Transport, request: ClassifyRequestBase): Promise<boolean> {
  if (request.jobId === undefined) return false;
  try {
    await waitForJob(studio, request.jobId, request);
    return true;
  } catch (error) {
    if (error instanceof StudioRefusedError) return false;
    throw error;
  }
}

/** Whether windows are to be expected that are not there. */
function isLate({ sample, classifications, results, windowSizeMs = 0 }: Result): boolean {
  const blocks = classifications ?? results?.flatMap((variant) => variant.classifications) ?? [];
  const { values, intervalMs } = sample?.payload ?? {};
  const lengthMs = (values?.length ?? 0) * (intervalMs ?? sample?.sample.intervalMs ?? 0);
  return lengthMs >= windowSizeMs && !blocks.some(windowCountOf);
}

function missing(operation: OperationId, { sampleId }: ClassifyRequestBase, what: string): ResultMissingError {
  const advice = "Is the impulse in training? Try again afterwards.";
  return new ResultMissingError(`The job for sample ${sampleId} ${what}. ${advice}`, { operation });
}
