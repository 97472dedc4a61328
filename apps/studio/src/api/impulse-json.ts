import type { Schemas } from "@windowscope/sdk/api-types";

import { BLOCK, type StoredImpulse } from "../impulses.ts";

/** An impulse's blocks as the API shows them. */
export function impulseJson({ id, impulse, created }: StoredImpulse): Schemas["Impulse"] {
  const { name, input, features, classifier, anomaly } = impulse;
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
    learnBlocks: [classifier && classifierBlock(created), anomaly && anomalyBlock(created)].filter(
      (block) => block !== undefined,
    ),
    postProcessingBlocks: [],
    type: "default",
  };
}

export function classifierBlock(created: string): Schemas["ImpulseLearnBlock"] {
  return learnBlock(BLOCK.classifier, "keras", "Classifier", created);
}

export function anomalyBlock(created: string): Schemas["ImpulseLearnBlock"] {
  return learnBlock(BLOCK.anomaly, "anomaly", "Anomaly detection (K-means)", created);
}

function learnBlock(id: number, type: string, name: string, created: string): Schemas["ImpulseLearnBlock"] {
  const made = { createdBy: "createImpulse", createdAt: created };
  return { id, type, name, title: name, dsp: [BLOCK.features], ...made, trainingProcessor: "cpu" };
}

/** The settable threshold of a classifier. */
export function confidenceThreshold(value: number): Schemas["BlockThreshold"] {
  return {
    key: "min_score",
    description: "Minimum confidence",
    helpText: "Below this score the best class of a window is called uncertain.",
    value,
  };
}

/** The settable threshold of an anomaly block. */
export function anomalyThreshold(value: number): Schemas["BlockThreshold"] {
  return {
    key: "min_anomaly_score",
    description: "Anomaly threshold",
    helpText: "From this score on a window is called an anomaly.",
    value,
  };
}
