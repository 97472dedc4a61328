import { Float32Classifier } from "./networks/dense-float32.ts";
import { Int8Classifier } from "./networks/dense-int8.ts";
import type { ClassifierBlock, Impulse, Variant } from "./impulse.ts";
import { scoreKMeans } from "./kmeans.ts";
import { SpectralAnalysis } from "./blocks/spectral-analysis.ts";
import { planWindows, type WindowPlan } from "./windows.ts";

/**
 * Runs an impulse over one window after another: features, class scores, anomaly score.
 *
 * Its arrays are overwritten by the next window, and nothing is allocated in between; copy what you keep.
 */
export class WindowClassifier {
  /** Features of the newest window. */
  readonly features: Float64Array;
  /** Score of each class in the newest window, in the order of the impulse's labels; empty without a classifier. */
  readonly scores: Float32Array;

  readonly #impulse: Impulse;
  readonly #block: SpectralAnalysis;
  readonly #classifier: Float32Classifier | Int8Classifier | undefined;

  /**
   * @param variant Which weights to run. Without it float32 where the impulse has it, otherwise int8.
   * @throws {RangeError} when the impulse lacks the variant, or when its blocks do not fit together.
   */
  constructor(impulse: Impulse, variant?: Variant) {
    const { input, features, classifier, anomaly } = impulse;
    this.#impulse = impulse;
    this.#block = new SpectralAnalysis(features, {
      axisCount: input.axes.length,
      windowReadings: Math.max(1, Math.round((input.windowSizeMs * input.frequencyHz) / 1000)),
      frequencyHz: input.frequencyHz,
    });
    const { featureCount } = this.#block;
    this.features = new Float64Array(featureCount);
    this.scores = new Float32Array(classifier?.labels.length ?? 0);
    this.#classifier = classifier && createClassifier(classifier, variant, featureCount);

    const outside = anomaly?.axes.find((axis) => axis >= featureCount);
    if (outside !== undefined) {
      throw new RangeError(`The anomaly block reads feature ${outside}, but there are only ${featureCount}.`);
    }
  }

  /**
   * Slides the impulse's window over a recording at the impulse's own frequency.
   *
   * @param readingCount Readings in the recording.
   */
  plan(readingCount: number): WindowPlan {
    const { frequencyHz, windowSizeMs, windowIncreaseMs, padZeros } = this.#impulse.input;
    return planWindows(
      { readingCount, intervalMs: 1000 / frequencyHz },
      { sizeMs: windowSizeMs, increaseMs: windowIncreaseMs, padZeros },
    );
  }

  /**
   * Classifies the window that starts at reading `firstReading`.
   *
   * @param readings Readings one after another, each with all axes of the impulse. Shape `[readings * axes]`.
   */
  classify(readings: Float32Array, firstReading: number): void {
    this.#block.extract(readings, firstReading, this.features);
    this.#classifier?.classify(this.features, this.scores);
  }

  /** Anomaly score of the newest window; `undefined` for an impulse without an anomaly block. */
  anomalyScore(): number | undefined {
    return this.#impulse.anomaly && scoreKMeans(this.#impulse.anomaly, this.features);
  }
}

/** The variants that an impulse can be run in; none for an impulse without a classifier. */
export function availableVariants({ classifier }: Impulse): readonly Variant[] {
  return (["float32", "int8"] as const).filter((variant) => classifier?.[variant]);
}

function createClassifier(block: ClassifierBlock, variant: Variant | undefined, featureCount: number) {
  const wanted = variant ?? (block.float32 ? "float32" : "int8");
  const network = block[wanted];
  if (!network)
    throw new RangeError(`The impulse has no ${wanted} model; it has ${block.float32 ? "float32" : "int8"}.`);
  const takes = network.layers[0]?.inputs;
  if (takes !== featureCount) {
    throw new RangeError(`The ${wanted} model takes ${takes} features, but the impulse makes ${featureCount}.`);
  }
  return wanted === "float32"
    ? new Float32Classifier(block.float32 as NonNullable<typeof block.float32>)
    : new Int8Classifier(block.int8 as NonNullable<typeof block.int8>);
}
