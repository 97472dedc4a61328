import { BLOCK, type StoredImpulse } from "../impulses.ts";
import type { LocalStudio } from "../local-studio.ts";
import { RefusedError, type Handlers } from "./handlers.ts";
import { learnBlocksOf } from "./impulse-json.ts";
import { lookups } from "./lookups.ts";
import { withThreshold } from "./thresholds.ts";

/**
 * Starts the training of learn blocks.
 *
 * How a block is trained cannot be chosen here, so everything that a request says about it (layers, cycles, the learning
 * rate, axes, the number of clusters...) is ignored, as Studio ignores what a block does not have. The threshold counts.
 */
export function trainingHandlers(studio: LocalStudio): Handlers {
  const { impulses, jobs } = studio;
  const { findImpulse, refuseWhileBusy } = lookups(studio);

  function startTraining(stored: StoredImpulse, blockIds: readonly number[]): { id: number } {
    const { maximumError, anomalyModel } = stored.design;
    if (maximumError !== undefined && blockIds.includes(BLOCK.classifier)) refuseTraining("a regression");
    if (anomalyModel === "gmm" && blockIds.includes(BLOCK.anomaly)) refuseTraining("a Gaussian mixture");
    return { id: jobs.start(stored.projectId, { kind: "train", impulseId: stored.id, blockIds }).id };
  }

  function setThreshold(stored: StoredImpulse, blockId: number, key: string, value: number): void {
    refuseWhileBusy(stored, ["classify-test-set"]);
    impulses.setDesign(stored.id, withThreshold(stored.design, { blockId, key, value }));
  }

  return {
    trainKerasJob: ({ project, path: { learnId }, body }) => {
      const stored = findImpulse(project);
      refuseOtherBlock(stored, learnId, BLOCK.classifier);
      if (body.minimumConfidenceRating !== undefined) {
        setThreshold(stored, learnId, "min_score", body.minimumConfidenceRating);
      }
      return startTraining(stored, [learnId]);
    },

    trainAnomalyJob: ({ project, path: { learnId }, body }) => {
      const stored = findImpulse(project);
      refuseOtherBlock(stored, learnId, BLOCK.anomaly);
      setThreshold(stored, learnId, "min_anomaly_score", body.minimumConfidenceRating);
      return startTraining(stored, [learnId]);
    },

    startRetrainJob: ({ project, query }) => {
      const stored = findImpulse(project, query.impulseId);
      const blockIds = learnBlocksOf(stored).map(({ id }) => id);
      return startTraining(stored, blockIds);
    },

    generateFeaturesJob: () => {
      throw new RefusedError(
        "The local Studio keeps no features: training computes them. Call startRetrainJob, or trainKerasJob and " +
          "trainAnomalyJob; downloadDspData answers the features.",
      );
    },
  };
}

function refuseTraining(model: string): never {
  throw new RefusedError(
    `The local Studio trains classifiers and K-means, and runs ${model} as it was imported. Import it anew to change it.`,
  );
}

function refuseOtherBlock(stored: StoredImpulse, learnId: number, wanted: number): void {
  const isThere = learnId === wanted && learnBlocksOf(stored).some(({ id }) => id === learnId);
  if (!isThere) throw new RefusedError(`No learning block found with ID ${learnId}`);
}
