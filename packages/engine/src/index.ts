/**
 * The engine: a recording's windows, their features, class scores and anomaly scores, and the training of both blocks.
 *
 * Numbers in, numbers out: no files, no sockets, no clock. Runs in Node and in a browser.
 */
export {
  parseImpulse,
  toImpulseDocument,
  type AnomalyBlock,
  type ClassifierBlock,
  type Impulse,
  type Variant,
} from "./impulse.ts";
export { designImpulse } from "./design-impulse.ts";
export { fitRecordings, type LabelledRecording, type Misfit, type TrainingRecording } from "./fit-recordings.ts";
export { labelAt, labelWhole, type LabelSpan } from "./label-spans.ts";
export { DocumentError } from "./json-reader.ts";
export { explainAnomaly, scoreKMeans, type AnomalyExplanation, type KMeansModel } from "./kmeans.ts";
export { createSeededRandom, type SeededRandom } from "./seeded-random.ts";
export { trainAnomalyBlock, type AnomalyOptions, type FoldProgress } from "./train-anomaly-block.ts";
export { trainClassifierBlock, type ClassifierOptions } from "./train-classifier-block.ts";
export type { EpochProgress } from "./train-classifier.ts";
export { trainImpulse, type TrainingProgress } from "./train-impulse.ts";
export type { ImpulseDesign } from "./training-windows.ts";
export { availableVariants, WindowClassifier } from "./window-classifier.ts";
export type { WindowPlan } from "./windows.ts";
