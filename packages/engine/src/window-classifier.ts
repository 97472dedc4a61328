import { createNetwork } from "./create-network.ts";
import { FeatureExtractor } from "./feature-extractor.ts";
import { GmmScorer } from "./gmm.ts";
import type { Impulse, KMeansBlock, Variant } from "./impulse.ts";
import { explainAnomaly, writeKMeansScore, type AnomalyExplanation } from "./kmeans.ts";
import type { Network } from "./networks/network.ts";
import { judgeWindow, type Verdict, type VerdictLimits } from "./verdict.ts";
import { WindowStream, type WindowVisitor } from "./window-stream.ts";
import { planWindows, type WindowPlan } from "./windows.ts";

/** Why a window scores as it does, also by the axes of the sensor. */
export interface WindowExplanation extends AnomalyExplanation {
  /**
   * Part of each axis of the impulse in the squared distance, 0 to 1. Features that were made of several axes belong to
   * none, so together they can be less than 1.
   */
  readonly sensorShares: readonly number[];
}

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
  /** What each feature is, with the axis in front. */
  readonly featureNames: readonly string[];

  readonly #impulse: Impulse;
  readonly #extractor: FeatureExtractor;
  readonly #network: Network | undefined;
  readonly #kmeans: KMeansBlock | undefined;
  readonly #gmm: GmmScorer | undefined;
  /** Of the window that was scored last; below every limit without an anomaly block. */
  readonly #anomalyScore = Float64Array.of(-Infinity);
  /** Where the network writes: the scores, or the one number of a regression. */
  readonly #outputs: Float32Array;
  readonly #limits: VerdictLimits;

  /**
   * @param variant Which weights to run. Without it float32 where the impulse has it, otherwise int8.
   * @throws {RangeError} when the impulse lacks the variant, or when its blocks do not fit together.
   * @throws {TfliteError} for a TensorFlow Lite file that cannot be run; an operator that is not known by its name.
   */
  constructor(impulse: Impulse, variant?: Variant) {
    const { input, blocks, classifier, regression, anomaly } = impulse;
    this.#impulse = impulse;
    this.#extractor = new FeatureExtractor(input, blocks);
    const { featureCount, featureNames } = this.#extractor;
    this.features = new Float64Array(featureCount);
    this.featureNames = featureNames;
    this.scores = new Float32Array(classifier?.labels.length ?? 0);
    this.#outputs = regression ? new Float32Array(1) : this.scores;
    const learnt = classifier ?? regression;
    this.#network = learnt && createNetwork(learnt, variant, featureCount, this.#outputs.length);
    this.#limits = {
      minimumConfidence: classifier?.minimumConfidence ?? 0,
      anomalyThreshold: anomaly?.threshold ?? Infinity,
    };

    this.#kmeans = anomaly && "clusters" in anomaly ? anomaly : undefined;
    this.#gmm = anomaly && "weights" in anomaly ? new GmmScorer(anomaly) : undefined;
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
    const { frequencyHz, windowSizeMs, windowIncreaseMs, classificationWindowIncreaseMs, padZeros } =
      this.#impulse.input;
    return planWindows(
      { readingCount, intervalMs: 1000 / frequencyHz },
      { sizeMs: windowSizeMs, increaseMs: classificationWindowIncreaseMs ?? windowIncreaseMs, padZeros },
    );
  }

  /**
   * Classifies the window that starts at reading `firstReading`.
   *
   * @param readings Readings one after another, each with all axes of the impulse. Shape `[readings * axes]`.
   * @throws {NotFiniteReadingError} when a reading of the window is NaN or infinite.
   * @throws {RangeError} when the window ends behind the last reading.
   */
  classify(readings: Float32Array, firstReading: number): void {
    this.#run(this.#extractor, readings, firstReading);
  }

  /** Forgets the windows before, as at the start of another recording: moving averages know of them. */
  reset(): void {
    this.#extractor.reset();
  }

  /**
   * Classifies every window of a recording; one that is too short is filled up with zeros where the impulse wants that.
   *
   * @param readings Of the whole recording, at the impulse's frequency. Shape `[readings * axes]`.
   * @param visit Called after each window with its number, to take what it gave.
   * @throws {NotFiniteReadingError} for a reading that is NaN or infinite, before the first window.
   * @throws {RangeError} for a recording that ends within a reading, before the first window, too.
   */
  classifyAll(readings: Float32Array, visit: (window: number) => void): WindowPlan {
    const axisCount = this.#impulse.input.axes.length;
    const readingCount = Math.floor(readings.length / axisCount);
    if (readings.length % axisCount !== 0) {
      throw new RangeError(
        `The recording ends within reading ${readingCount}: ${readings.length} numbers for ${axisCount} axes.`,
      );
    }
    const plan = this.plan(readingCount);
    const stream = this.#streamThrough(this.#extractor, visit);
    stream.push(readings);
    stream.end();
    return plan;
  }

  /**
   * Classifies readings as they come, however they are cut: the results are, bit by bit, those of the whole recording.
   *
   * Several streams can go on at once: each remembers its own windows, and all write into this classifier's arrays.
   *
   * @param visit Called after each window with its number, to take what it gave.
   */
  stream(visit: (window: number) => void): WindowStream {
    const { input, blocks } = this.#impulse;
    return this.#streamThrough(new FeatureExtractor(input, blocks), visit);
  }

  #streamThrough(extractor: FeatureExtractor, visit: (window: number) => void): WindowStream {
    const { windowReadings, increaseReadings } = this.plan(0);
    const { axes, padZeros } = this.#impulse.input;
    const classify: WindowVisitor = (readings, firstReading, window) => {
      if (window === 0) extractor.reset();
      this.#run(extractor, readings, firstReading);
      visit(window);
    };
    return new WindowStream({ axisCount: axes.length, windowReadings, increaseReadings, padZeros }, classify);
  }

  #run(extractor: FeatureExtractor, readings: Float32Array, firstReading: number): void {
    extractor.extract(readings, firstReading, this.features);
    this.#network?.run(this.features, this.#outputs);
  }

  /**
   * Anomaly score of the newest window; `undefined` for an impulse without an anomaly block. V8 may put the number on its
   * heap, for it could be `undefined`.
   */
  anomalyScore(): number | undefined {
    if (!this.#impulse.anomaly) return undefined;
    this.#scoreAnomaly();
    return this.#anomalyScore[0];
  }

  /** Leaves the score in an array, since V8 allocates a number that goes from one function to another. */
  #scoreAnomaly(): void {
    if (this.#kmeans) writeKMeansScore(this.#kmeans, this.features, this.#anomalyScore);
    else if (this.#gmm) this.#gmm.writeScore(this.features, this.#anomalyScore);
  }

  /** What a regression makes of the newest window; `undefined` without one. */
  value(): number | undefined {
    return this.#impulse.regression && this.#outputs[0];
  }

  /** What the newest window is taken for, with the impulse's own limits. */
  verdict(): Verdict {
    this.#scoreAnomaly();
    if ((this.#anomalyScore[0] as number) >= this.#limits.anomalyThreshold) return "anomaly";
    const verdict = judgeWindow(this.scores, undefined, this.#limits);
    return verdict === "no anomaly" && this.#impulse.regression ? "value" : verdict;
  }

  /**
   * Why the newest window has its anomaly score; `undefined` without a K-means block. The score of a Gaussian mixture has
   * no parts that belong to one feature: full covariances tie features together, and several components add up.
   */
  explain(): WindowExplanation | undefined {
    const explanation = this.#kmeans && explainAnomaly(this.#kmeans, this.features);
    if (!explanation) return undefined;
    const sensorShares = this.#impulse.input.axes.map(() => 0);
    for (const { feature, share } of explanation.axes) {
      const axis = this.#extractor.featureAxes[feature];
      if (axis !== undefined) sensorShares[axis] = (sensorShares[axis] as number) + share;
    }
    return { ...explanation, sensorShares };
  }
}

/** The variants that an impulse can be run in; none for an impulse without a network. */
export function availableVariants({ classifier, regression }: Impulse): readonly Variant[] {
  return (["float32", "int8"] as const).filter((variant) => (classifier ?? regression)?.[variant]);
}
