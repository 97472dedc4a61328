import type { Schemas } from "@windowscope/sdk/api-types";

import { BLOCK, type ImpulseDesign, type StoredImpulse } from "../impulses.ts";

type LearnBlock = Schemas["ImpulseLearnBlock"];

/** An impulse's blocks as the API shows them. */
export function impulseJson(stored: StoredImpulse): Schemas["Impulse"] {
  const { id, design, created } = stored;
  const { name, input, features } = design;
  const made = { createdBy: "createImpulse", createdAt: created };
  return {
    id,
    name,
    inputBlocks: [
      {
        id: BLOCK.input,
        type: "time-series",
        name: "Time series",
        title: "Time series data",
        axes: [...input.axes],
        windowSizeMs: input.windowSizeMs,
        windowIncreaseMs: input.windowIncreaseMs,
        frequencyHz: input.frequencyHz,
        padZeros: input.padZeros,
        labelingMethodMultiLabel: { type: "end-of-window" },
        ...made,
      },
    ],
    dspBlocks: [
      {
        id: BLOCK.features,
        type: features.type,
        name: "Spectral features",
        title: "Spectral Analysis",
        axes: [...input.axes],
        implementationVersion: features.version,
        input: BLOCK.input,
        ...made,
      },
    ],
    learnBlocks: learnBlocksOf(stored),
    postProcessingBlocks: [],
    type: "default",
  };
}

/** The learn blocks that an impulse is designed with, whether they have learnt something or not. */
export function learnBlocksOf({ design, created }: StoredImpulse): LearnBlock[] {
  const { minimumConfidence, anomalyThreshold } = design;
  const made = { createdBy: "createImpulse", createdAt: created };
  const block = (id: number, type: string, name: string): LearnBlock => {
    return { id, type, name, title: name, dsp: [BLOCK.features], ...made, trainingProcessor: "cpu" };
  };
  return [
    ...(minimumConfidence === undefined ? [] : [block(BLOCK.classifier, "keras", "Classifier")]),
    ...(anomalyThreshold === undefined ? [] : [block(BLOCK.anomaly, "anomaly", "Anomaly detection (K-means)")]),
  ];
}

/** The settable thresholds of a learn block. */
export function thresholdsOf(design: ImpulseDesign, blockId: number): Schemas["BlockThreshold"][] {
  const { minimumConfidence, anomalyThreshold } = design;
  if (blockId === BLOCK.classifier && minimumConfidence !== undefined) {
    return [
      {
        key: "min_score",
        description: "Minimum confidence",
        helpText: "Below this score the best class of a window is called uncertain.",
        value: minimumConfidence,
      },
    ];
  }
  if (blockId === BLOCK.anomaly && anomalyThreshold !== undefined) {
    return [
      {
        key: "min_anomaly_score",
        description: "Anomaly threshold",
        helpText: "From this score on a window is called an anomaly.",
        value: anomalyThreshold,
      },
    ];
  }
  return [];
}
