import type { AnswerOf, OperationId } from "@windowscope/sdk/api-types";

import { featureExtractor, type FeatureDesign } from "../classify.ts";
import { BLOCK, type StoredImpulse } from "../impulses.ts";
import type { DataSummary } from "../sample-statistics.ts";
import { impulseJson } from "./impulse-json.ts";
import { thresholdsOf } from "./thresholds.ts";

type Answer<K extends OperationId> = Omit<AnswerOf<K>, "success" | "error">;

/** The feature that Studio suggests for anomalies. */
const FAVOURITE = "RMS";

/** What an anomaly block has learnt, but for a mixture's components; `undefined` before it has. */
export function anomalyMetadataJson(stored: StoredImpulse): Answer<"getAnomalyMetadata"> | undefined {
  const { design, impulse, anomalyTrained, variants } = stored;
  if (!impulse?.anomaly || anomalyTrained === undefined) return undefined;
  const { axes, mean, scale, threshold } = impulse.anomaly;
  const clusters = "clusters" in impulse.anomaly ? impulse.anomaly.clusters : [];
  return {
    created: anomalyTrained,
    scale: [...scale],
    mean: [...mean],
    clusters: clusters.map(({ center, maxError }) => ({ center: [...center], maxError })),
    axes: [...axes],
    defaultMinimumConfidenceRating: threshold,
    thresholds: thresholdsOf(design, BLOCK.anomaly),
    availableModelTypes: [...variants],
    recommendedModelType: variants.includes("int8") ? "int8" : "float32",
    modelValidationMetrics: [],
    hasTrainedModel: true,
  };
}

/** The components of a Gaussian mixture; `undefined` for K-means, and before it has learnt them. */
export function gmmMetadataJson({ impulse }: StoredImpulse): Answer<"getGmmMetadata"> | undefined {
  if (!impulse?.anomaly || !("weights" in impulse.anomaly)) return undefined;
  const { means, covariances, weights } = impulse.anomaly;
  return {
    means: means.map((mean) => [...mean]),
    covariances: covariances.map((rows) => rows.map((row) => [...row])),
    weights: [...weights],
  };
}

/** What an anomaly block is designed with. */
export function anomalyJson(stored: StoredImpulse, training: DataSummary): Answer<"getAnomaly"> {
  const { design, impulse } = stored;
  const featureNames = featureNamesOf(design);
  const anomaly = impulse?.anomaly;
  const selectedAxes = anomaly?.axes ?? [];
  const clusterCount = anomaly && ("clusters" in anomaly ? anomaly.clusters : anomaly.weights).length;
  return {
    dependencies: dependenciesJson(stored, training, featureNames.length),
    name: nameOf(stored, BLOCK.anomaly),
    axes: featureNames.map((label, ix) => ({
      ix,
      label,
      selected: selectedAxes.includes(ix),
      favourite: label.endsWith(FAVOURITE),
    })),
    trained: anomaly !== undefined,
    ...(clusterCount !== undefined && { clusterCount }),
    selectedAxes: [...selectedAxes],
    minimumConfidenceRating: design.anomalyThreshold ?? 0,
    thresholds: thresholdsOf(design, BLOCK.anomaly),
  };
}

/** What a classifier, or a regression, has learnt; `undefined` before it has. */
export function kerasMetadataJson(stored: StoredImpulse): Answer<"getKerasMetadata"> | undefined {
  const { design, impulse, classifierTrained, variants } = stored;
  if (!(impulse?.classifier ?? impulse?.regression) || classifierTrained === undefined) return undefined;
  const labels = impulse?.classifier?.labels ?? [];
  const featureCount = featureExtractor(design).features.length;
  return {
    created: classifierTrained,
    layers: [
      {
        input: { shape: featureCount, name: "features", type: "float32" },
        output: impulse?.regression
          ? { shape: 1, name: "value", type: "float32" }
          : { shape: labels.length, name: "scores", type: "float32" },
      },
    ],
    classNames: [...labels],
    // Its classes are all the labels that it was trained on.
    labels: [...labels],
    availableModelTypes: [...variants],
    recommendedModelType: variants.includes("int8") ? "int8" : "float32",
    // Training keeps nothing back to measure with; the test set does that.
    modelValidationMetrics: [],
    hasTrainedModel: true,
    mode: impulse?.regression ? "regression" : "classification",
    // Without meaning for readings, but every answer has it.
    imageInputScaling: "0..1",
    thresholds: thresholdsOf(design, BLOCK.classifier),
  };
}

/**
 * What a classifier is designed with. Nobody can choose how it is trained here, so it shows as one that a script trains:
 * in that mode the settings of the visual one are 0 and empty.
 */
export function kerasJson(stored: StoredImpulse, training: DataSummary): Answer<"getKeras"> {
  const { design, impulse, variants } = stored;
  const featureCount = featureExtractor(design).features.length;
  return {
    dependencies: dependenciesJson(stored, training, featureCount),
    trained: (impulse?.classifier ?? impulse?.regression) !== undefined,
    name: nameOf(stored, BLOCK.classifier),
    type: design.maximumError === undefined ? "keras" : "keras-regression",
    script: "# The local Studio trains a small dense network; how cannot be changed.",
    minimumConfidenceRating: design.minimumConfidence ?? design.maximumError ?? 0,
    selectedModelType: variants.includes("int8") ? "int8" : "float32",
    mode: "expert",
    visualLayers: [],
    trainingCycles: 0,
    learningRate: 0,
    defaultBatchSize: 32,
    shape: `(${featureCount},)`,
    augmentationPolicyImage: "none",
    transferLearningModels: [],
    profileInt8: false,
    skipEmbeddingsAndMemory: true,
    showAdvancedTrainingSettings: false,
    showAugmentationTrainingSettings: false,
    thresholds: thresholdsOf(design, BLOCK.classifier),
  };
}

function dependenciesJson(stored: StoredImpulse, training: DataSummary, featureCount: number) {
  return {
    classes: [...training.labels],
    blockNames: impulseJson(stored).dspBlocks.map(({ name }) => name),
    featureCount,
    sampleCount: training.count,
    outputClasses: [...(stored.impulse?.classifier?.labels ?? training.labels)],
  };
}

/** Names of the features, in their order. */
export function featureNamesOf(design: FeatureDesign): string[] {
  return [...featureExtractor(design).featureNames];
}

function nameOf(stored: StoredImpulse, blockId: number): string {
  return impulseJson(stored).learnBlocks.find(({ id }) => id === blockId)?.name ?? "";
}
