import type { AnswerOf, OperationId } from "@windowscope/sdk/api-types";

import { featureExtractor } from "../classify.ts";
import { BLOCK, type StoredImpulse } from "../impulses.ts";
import type { DataSummary } from "../sample-statistics.ts";
import { impulseJson } from "./impulse-json.ts";
import { thresholdsOf } from "./thresholds.ts";

type Answer<K extends OperationId> = Omit<AnswerOf<K>, "success" | "error">;

/** What stands in front of the spectrum in the features of each axis. */
const STATISTICS = ["RMS", "Skewness", "Kurtosis"] as const;

/** What a K-means block has learnt; `undefined` before it has. */
export function anomalyMetadataJson(stored: StoredImpulse): Answer<"getAnomalyMetadata"> | undefined {
  const { design, impulse, anomalyTrained, variants } = stored;
  if (!impulse?.anomaly || anomalyTrained === undefined) return undefined;
  const { axes, mean, scale, clusters, threshold } = impulse.anomaly;
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

/** What a K-means block is designed with. */
export function anomalyJson(stored: StoredImpulse, training: DataSummary): Answer<"getAnomaly"> {
  const { design, impulse } = stored;
  const featureNames = featureNamesOf(stored);
  const selectedAxes = impulse?.anomaly?.axes ?? [];
  const clusterCount = impulse?.anomaly?.clusters.length;
  return {
    dependencies: dependenciesJson(stored, training, featureNames.length),
    name: nameOf(stored, BLOCK.anomaly),
    axes: featureNames.map((label, ix) => ({
      ix,
      label,
      selected: selectedAxes.includes(ix),
      favourite: label.endsWith(STATISTICS[0]),
    })),
    trained: impulse?.anomaly !== undefined,
    ...(clusterCount !== undefined && { clusterCount }),
    selectedAxes: [...selectedAxes],
    minimumConfidenceRating: design.anomalyThreshold ?? 0,
    thresholds: thresholdsOf(design, BLOCK.anomaly),
  };
}

/** What a classifier has learnt; `undefined` before it has. */
export function kerasMetadataJson(stored: StoredImpulse): Answer<"getKerasMetadata"> | undefined {
  const { design, impulse, classifierTrained, variants } = stored;
  if (!impulse?.classifier || classifierTrained === undefined) return undefined;
  const { labels } = impulse.classifier;
  const featureCount = featureExtractor(design).features.length;
  return {
    created: classifierTrained,
    layers: [
      {
        input: { shape: featureCount, name: "features", type: "float32" },
        output: { shape: labels.length, name: "scores", type: "float32" },
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
    mode: "classification",
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
    trained: impulse?.classifier !== undefined,
    name: nameOf(stored, BLOCK.classifier),
    type: "keras",
    script: "# The local Studio trains a small dense network; how cannot be changed.",
    minimumConfidenceRating: design.minimumConfidence ?? 0,
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
export function featureNamesOf({ design }: StoredImpulse): string[] {
  const { axes } = design.input;
  const perAxis = featureExtractor(design).features.length / axes.length;
  const spectrum = Array.from({ length: perAxis - STATISTICS.length }, (_, bin) => `Spectral power ${bin + 1}`);
  return axes.flatMap((axis) => [...STATISTICS, ...spectrum].map((name) => `${axis} ${name}`));
}

function nameOf(stored: StoredImpulse, blockId: number): string {
  return impulseJson(stored).learnBlocks.find(({ id }) => id === blockId)?.name ?? "";
}
