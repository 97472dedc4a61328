import { StudioAnswerError } from "./errors.ts";
import { waitForJob, type JobWait } from "./jobs.ts";
import type { Studio } from "./studio.ts";
import { readClassification, type ClassifiedSample } from "./windows.ts";

export interface ClassifyRequest extends JobWait {
  readonly sampleId: number;
  /** The project's default impulse when absent. */
  readonly impulseId?: number | undefined;
  /** Studio's own choice, float32, when absent. */
  readonly variant?: "float32" | "int8" | "akida" | undefined;
  /** Told when Studio needs a job to answer. */
  readonly onJob?: (jobId: number) => void | Promise<void>;
}

/** After this many jobs a result is not to be expected: somebody keeps changing the model, or Studio forgets. */
const MOST_JOBS = 3;

/**
 * Slides the impulse's window over a whole stored sample, and answers every window with its verdict.
 *
 * Studio answers at once or with a job to wait for; this hides which.
 *
 * @throws {StudioJobError} when a job fails.
 * @throws {StudioAnswerError} when the answer cannot be understood, or stays a job again and again.
 * @throws As `Studio.call`.
 */
export async function classifySample(studio: Studio, request: ClassifyRequest): Promise<ClassifiedSample> {
  const { projectId, sampleId, impulseId, variant, signal, onJob } = request;
  for (let jobs = 0; ; jobs++) {
    const answer = await studio.call("classifySampleV2", {
      path: { projectId, sampleId },
      query: { impulseId, variant },
      signal,
    });
    if ("classifications" in answer) return readClassification(answer);
    if (jobs === MOST_JOBS) {
      const message = `Studio wants a job for sample ${sampleId} again after ${MOST_JOBS} jobs that finished.`;
      throw new StudioAnswerError(message, { operation: "classifySampleV2" });
    }
    await onJob?.(answer.id);
    await waitForJob(studio, answer.id, request);
  }
}
