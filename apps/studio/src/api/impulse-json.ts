import { END_OF_WINDOW, type BlockParameters, type LabellingRule } from "@windowscope/engine";
import type { Schemas } from "@windowscope/sdk/api-types";

import { BLOCK, processingBlockId, type StoredImpulse } from "../impulses.ts";

type LearnBlock = Schemas["ImpulseLearnBlock"];

/** What Studio calls its processing blocks. */
const PROCESSING: Readonly<Record<BlockParameters["type"], { readonly name: string; readonly title: string }>> = {
  "spectral-analysis": { name: "Spectral features", title: "Spectral Analysis" },
  raw: { name: "Raw data", title: "Raw Data" },
  flatten: { name: "Flatten", title: "Flatten" },
  mfe: { name: "MFE", title: "Audio (MFE)" },
  mfcc: { name: "MFCC", title: "Audio (MFCC)" },
  spectrogram: { name: "Spectrogram", title: "Spectrogram" },
};

/** An impulse's blocks as the API shows them. */
export function impulseJson(stored: StoredImpulse): Schemas["Impulse"] {
  const { id, design, created } = stored;
  const { name, input, blocks } = design;
  const { classificationWindowIncreaseMs } = input;
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
        ...(classificationWindowIncreaseMs !== undefined && { classificationWindowIncreaseMs }),
        labelingMethodMultiLabel: labellingJson(input.labelling ?? END_OF_WINDOW),
        ...made,
      },
    ],
    dspBlocks: blocks.map(({ parameters: { type, version }, axes = input.axes }, place) => ({
      id: processingBlockId(place),
      type,
      ...PROCESSING[type],
      axes: [...axes],
      implementationVersion: version,
      input: BLOCK.input,
      ...made,
    })),
    learnBlocks: learnBlocksOf(stored),
    postProcessingBlocks: [],
    type: "default",
  };
}

/** The learn blocks that an impulse is designed with, whether they have learnt something or not. */
export function learnBlocksOf({ design, created }: StoredImpulse): LearnBlock[] {
  const { blocks, minimumConfidence, maximumError, anomalyThreshold, anomalyModel } = design;
  const made = { createdBy: "createImpulse", createdAt: created };
  const dsp = blocks.map((_, place) => processingBlockId(place));
  const block = (id: number, type: string, name: string): LearnBlock => {
    return { id, type, name, title: name, dsp, ...made, trainingProcessor: "cpu" };
  };
  const anomaly =
    anomalyModel === "gmm"
      ? block(BLOCK.anomaly, "anomaly-gmm", "Anomaly detection (GMM)")
      : block(BLOCK.anomaly, "anomaly", "Anomaly detection (K-means)");
  return [
    ...(minimumConfidence === undefined ? [] : [block(BLOCK.classifier, "keras", "Classifier")]),
    ...(maximumError === undefined ? [] : [block(BLOCK.classifier, "keras-regression", "Regression")]),
    ...(anomalyThreshold === undefined ? [] : [anomaly]),
  ];
}

function labellingJson(rule: LabellingRule): LabellingRule & { labels?: string[] } {
  return "labels" in rule ? { ...rule, labels: [...rule.labels] } : rule;
}
