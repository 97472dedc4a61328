import type { LocalStudio } from "../local-studio.ts";
import { BLOCK } from "../impulses.ts";
import { RefusedError, type Handlers } from "./handlers.ts";
import { thresholdsOf } from "./impulse-json.ts";
import { lookups } from "./lookups.ts";

/** Serves what the learn blocks know. */
export function learnHandlers(studio: LocalStudio): Handlers {
  const { findImpulse } = lookups(studio);

  return {
    getAnomalyMetadata: ({ project, path }) => {
      const { design, impulse, anomalyTrained, variants } = findImpulse(project);
      if (path.learnId !== BLOCK.anomaly || !impulse?.anomaly || anomalyTrained === undefined) {
        throw new RefusedError(`No learning block found with ID ${path.learnId}`);
      }
      const { axes, mean, scale, clusters, threshold } = impulse.anomaly;
      return {
        created: anomalyTrained,
        scale: [...scale],
        mean: [...mean],
        clusters: clusters.map(({ center, maxError }) => ({ center: [...center], maxError })),
        axes: [...axes],
        defaultMinimumConfidenceRating: threshold,
        thresholds: thresholdsOf(design, path.learnId),
        availableModelTypes: [...variants],
        recommendedModelType: variants.includes("int8") ? "int8" : "float32",
        modelValidationMetrics: [],
        hasTrainedModel: true,
      };
    },
  };
}
