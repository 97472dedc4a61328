/**
 * The engine: a recording's windows, their features, class scores and anomaly scores, and the training of both blocks.
 *
 * Numbers in, numbers out: no files, no sockets, no clock. Runs in Node and in a browser.
 *
 * @module
 */
export type {
  AnomalyBlock,
  ClassifierBlock,
  FeatureNormalisation,
  GmmBlock,
  Impulse,
  ImpulseInput,
  KMeansBlock,
  ProcessingBlock,
  RegressionBlock,
  TfliteFile,
  Variant,
} from "./impulse.ts";
export { toImpulseDocument } from "./impulse-document.ts";
export { parseImpulse } from "./parse-impulse.ts";
export type { FlattenParameters } from "./blocks/flatten.ts";
export type { MfccParameters } from "./blocks/mfcc.ts";
export type { MfeParameters } from "./blocks/mfe.ts";
export type { RawParameters } from "./blocks/raw.ts";
export type { SpectralAnalysisParameters } from "./blocks/spectral-analysis.ts";
export type { SpectralPeaksParameters } from "./blocks/spectral-peaks.ts";
export type { SpectrogramParameters } from "./blocks/spectrogram.ts";
export type { WaveletAnalysisParameters } from "./blocks/wavelet-analysis.ts";
export { createFeatureBlock, type BlockParameters } from "./blocks/create-feature-block.ts";
export { NotFiniteReadingError, type FeatureBlock, type WindowShape } from "./blocks/feature-block.ts";
export { resample, resampledCount } from "./blocks/resample.ts";
export { designImpulse } from "./design-impulse.ts";
export {
  fitRecordings,
  INTERVAL_TOLERANCE,
  type LabelledRecording,
  type Misfit,
  type TrainingRecording,
} from "./fit-recordings.ts";
export { END_OF_WINDOW, expectedLabel, type LabellingRule } from "./expected-label.ts";
export { FeatureExtractor } from "./feature-extractor.ts";
export { labelAt, labelWhole, type LabelSpan } from "./label-spans.ts";
export { resampleRecording, resampleSpans } from "./resample-recording.ts";
export { DocumentError } from "./json-reader.ts";
export { explainAnomaly, scoreKMeans, type AnomalyExplanation, type KMeansModel } from "./kmeans.ts";
export { GmmScorer, type GmmModel } from "./gmm.ts";
export { TfliteError } from "./networks/flat-table.ts";
export { Float32Classifier, type Float32Layer, type Float32Network } from "./networks/dense-float32.ts";
export { Int8Classifier, type Int8Layer, type Int8Network } from "./networks/dense-int8.ts";
export type { Network } from "./networks/network.ts";
export type { Quantization } from "./networks/tensor.ts";
export { readTflite } from "./networks/read-tflite.ts";
export { createSeededRandom, type SeededRandom } from "./seeded-random.ts";
export { PerformanceCalibration, type CalibrationOptions } from "./performance-calibration.ts";
export { trainAnomalyBlock, type AnomalyOptions, type FoldProgress } from "./train-anomaly-block.ts";
export { trainClassifierBlock, type ClassifierOptions } from "./train-classifier-block.ts";
export {
  trainClassifier,
  type ClassifierTraining,
  type EpochProgress,
  type LabelledFeatures,
  type TrainedClassifier,
} from "./train-classifier.ts";
export { trainKMeans, type KMeansTraining } from "./train-kmeans.ts";
export { trainImpulse, type TrainingProgress } from "./train-impulse.ts";
export type { ImpulseDesign } from "./training-windows.ts";
export { judgeWindow, type Verdict, type VerdictLimits } from "./verdict.ts";
export { VerdictSmoothing, type SmoothingOptions } from "./verdict-smoothing.ts";
export { availableVariants, WindowClassifier, type WindowExplanation } from "./window-classifier.ts";
export { WindowStream, type WindowLayout, type WindowVisitor } from "./window-stream.ts";
export { frequencyOf, placeWindow, planWindows, type WindowPlace, type WindowPlan } from "./windows.ts";
