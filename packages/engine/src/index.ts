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
export { DocumentError } from "./json-reader.ts";
export { scoreKMeans, type KMeansModel } from "./kmeans.ts";
export { createSeededRandom, type SeededRandom } from "./seeded-random.ts";
export { trainImpulse, type TrainingRecording } from "./train-impulse.ts";
export { availableVariants, WindowClassifier } from "./window-classifier.ts";
export type { WindowPlan } from "./windows.ts";
