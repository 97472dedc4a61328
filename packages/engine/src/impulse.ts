import type { BlockParameters } from "./blocks/create-feature-block.ts";
import type { LabellingRule } from "./expected-label.ts";
import type { GmmModel } from "./gmm.ts";
import type { KMeansModel } from "./kmeans.ts";
import type { Float32Network } from "./networks/dense-float32.ts";
import type { Int8Network } from "./networks/dense-int8.ts";

/** Which arithmetic a classifier runs in. */
export type Variant = "float32" | "int8";

/** An impulse with its trained blocks, ready to run: what to read, how to see it, what to make of it. */
export interface Impulse {
  readonly name: string;
  readonly input: ImpulseInput;
  /** What turns windows into features; those of one block after those of another. One or more. */
  readonly blocks: readonly ProcessingBlock[];
  readonly classifier: ClassifierBlock | undefined;
  /** Instead of a classifier. */
  readonly regression?: RegressionBlock | undefined;
  readonly anomaly: AnomalyBlock | undefined;
}

/** What an impulse reads, and how it slides its window over it. */
export interface ImpulseInput {
  /** Names of the sensor axes, in the order in which the readings carry them. */
  readonly axes: readonly string[];
  readonly frequencyHz: number;
  readonly windowSizeMs: number;
  readonly windowIncreaseMs: number;
  /** Instead of `windowIncreaseMs` when recordings are classified rather than learnt from. */
  readonly classificationWindowIncreaseMs?: number;
  /** Fill a recording shorter than a window with zeros instead of leaving it out. */
  readonly padZeros: boolean;
  /** Of windows that show several labels; the label at their end without it. */
  readonly labelling?: LabellingRule;
}

/** One block that turns windows into features. */
export interface ProcessingBlock {
  readonly parameters: BlockParameters;
  /** Names of the axes that the block reads, in its order; all of the input without it. */
  readonly axes?: readonly string[];
  /** Of the features that the block makes; none without it. */
  readonly normalisation?: FeatureNormalisation;
}

/** Brings each feature of a block to `(feature - mean) * scale`. Shape of both: `[features]`. */
export interface FeatureNormalisation {
  readonly mean: readonly number[];
  /** 1 / standard deviation: multiplied, where K-means divides by its scale. */
  readonly scale: readonly number[];
}

/** A network that gives each class a score, in one or both of its variants. */
export interface ClassifierBlock {
  /** Class names in the order of the network's outputs. */
  readonly labels: readonly string[];
  /** Below this score, 0 to 1, a window's best class is "uncertain". */
  readonly minimumConfidence: number;
  readonly float32: Float32Network | TfliteFile | undefined;
  readonly int8: Int8Network | TfliteFile | undefined;
}

/** A network in the form in which Studio hands it out. */
export interface TfliteFile {
  /** The bytes of the file; {@link readTflite} says what may be in it. */
  readonly tflite: Uint8Array;
}

/** A network that makes one number of a window. */
export interface RegressionBlock {
  readonly float32: TfliteFile | undefined;
  readonly int8: TfliteFile | undefined;
}

/** Tells what is like nothing known: K-means, or a Gaussian mixture. */
export type AnomalyBlock = KMeansBlock | GmmBlock;

/** Clusters of what is known, and how far from them is too far. */
export interface KMeansBlock extends KMeansModel {
  /** From this score on a window is an anomaly. */
  readonly threshold: number;
}

/** Its formula is not verified; see `GmmModel`. */
export interface GmmBlock extends GmmModel {
  /** From this score on a window is an anomaly. */
  readonly threshold: number;
}
