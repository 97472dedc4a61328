import type { Schemas } from "@windowscope/sdk/api-types";

import { BLOCK, type StoredImpulse } from "../impulses.ts";

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
