/** What the blocks of an impulse see and find in one window, as Studio tells it. */
import { explainAnomaly, type AnomalyExplanation, type KMeansModel } from "@windowscope/engine";
import type { Run } from "@windowscope/protocol";
import { StudioRefusedError, type Studio } from "@windowscope/sdk";
import type { AnswerOf } from "@windowscope/sdk/api-types";

import { Problem } from "./problem.ts";
import { RecentAnswers } from "./recent-answers.ts";
import { answerNotThere } from "./sample-of-studio.ts";
import type { WindowPlace } from "./window-place.ts";

type Impulse = NonNullable<AnswerOf<"getImpulse">["impulse"]>;

/** The features that one DSP block makes of a window. */
export interface BlockFeatures {
  readonly dspId: number;
  readonly name: string;
  /** Absent where Studio does not tell. */
  readonly names: readonly string[] | undefined;
  readonly values: Float64Array;
}

/** Why an anomaly block scores a window as it does. */
export interface BlockExplanation extends AnomalyExplanation {
  readonly blockId: number;
  readonly name: string;
  /** Of each feature that the block was given. */
  readonly featureNames: readonly string[] | undefined;
}

/** The features of all windows of a sample. */
interface SampleFeatures {
  readonly featureCount: number;
  /** Shape `[windows * featureCount]`. */
  readonly values: Float64Array;
  /** NaN where Studio does not tell. Shape `[windows]`. */
  readonly startMs: Float64Array;
}

/** Learn blocks that give anomaly scores. */
const ANOMALY_TYPES: readonly string[] = ["anomaly", "anomaly-gmm", "keras-anomaly", "keras-visual-anomaly"];
/** Anything small: so much memory. */
const SMALL_BYTES = 4_096;

/** Reads features from Studio, and keeps for a while what it has read. */
export class WindowFeatures {
  readonly #studio: Studio;
  readonly #recent = new RecentAnswers();

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  /**
   * The features of a window, DSP block by DSP block.
   *
   * @throws {Problem} 404 when Studio has none of this window.
   */
  async read(run: Run, place: WindowPlace): Promise<BlockFeatures[]> {
    const { dspBlocks } = await this.#impulseOf(run);
    return Promise.all(dspBlocks.map((block) => this.#readBlock(run, place, block)));
  }

  /**
   * Why the K-means block of a run's impulse scores a window as it does.
   *
   * @throws {Problem} 404 when it has none, or when Studio does not tell what it has learnt; 409 for another kind of
   *   anomaly block.
   */
  async explain(run: Run, place: WindowPlace): Promise<BlockExplanation> {
    const { learnBlocks, dspBlocks } = await this.#impulseOf(run);
    const block = chooseAnomalyBlock(run, learnBlocks);
    const inputs = dspBlocks.filter(({ id }) => block.dsp.includes(id));
    inputs.sort((a, b) => block.dsp.indexOf(a.id) - block.dsp.indexOf(b.id));
    const [metadata, ...features] = await Promise.all([
      this.#metadataOf(run.projectId, block.id),
      ...inputs.map((input) => this.#readBlock(run, place, input)),
    ]);
    const values = features.flatMap(({ values }) => [...values]);
    const explanation = explainOrRefuse(metadata, values);
    if (!explanation) throw new Problem(404, "no-clusters", `The block ${block.name} has no clusters.`);
    const names = features.flatMap(({ names = [] }) => names);
    return {
      ...explanation,
      blockId: block.id,
      name: block.name,
      featureNames: names.length === values.length ? names : undefined,
    };
  }

  #impulseOf({ projectId, impulseId }: Run): Promise<Impulse> {
    const load = async () => {
      const { impulse } = await this.#studio.call("getImpulse", { path: { projectId }, query: { impulseId } });
      if (!impulse) throw new Problem(404, "no-impulse", `Project ${projectId} has no impulse.`);
      return impulse;
    };
    return this.#recent.get(`impulse/${projectId}/${impulseId ?? "default"}`, load, () => SMALL_BYTES);
  }

  #metadataOf(projectId: number, learnId: number): Promise<KMeansModel> {
    const load = () => this.#studio.call("getAnomalyMetadata", { path: { projectId, learnId } }).catch(answerNotThere);
    return this.#recent.get(
      `anomaly/${projectId}/${learnId}`,
      load,
      ({ axes, clusters }) => SMALL_BYTES + axes.length * clusters.length * 8,
    );
  }

  async #readBlock(
    { projectId, sampleId }: Run,
    place: WindowPlace,
    { id: dspId, name }: Impulse["dspBlocks"][number],
  ): Promise<BlockFeatures> {
    const [features, names] = await Promise.all([
      this.#recent.get(
        `features/${projectId}/${sampleId}/${dspId}`,
        () => this.#loadFeatures(projectId, sampleId, dspId),
        ({ values }) => SMALL_BYTES + values.byteLength,
      ),
      this.#recent.get(
        `names/${projectId}/${dspId}`,
        () => this.#loadNames(projectId, dspId),
        (labels = []) => SMALL_BYTES + labels.length * 64,
      ),
    ]);
    const index = findWindow(features.startMs, place);
    if (index === -1) {
      const detail = `Studio has no features of a window at ${place.startMs} ms of sample ${sampleId}.`;
      throw new Problem(404, "no-features", detail);
    }
    const { featureCount } = features;
    const values = features.values.subarray(index * featureCount, (index + 1) * featureCount);
    return { dspId, name, names: names?.length === featureCount ? names : undefined, values };
  }

  async #loadFeatures(projectId: number, sampleId: number, dspId: number): Promise<SampleFeatures> {
    const { data, skipFirstFeatures } = await this.#studio
      .call("dspGetFeaturesForSample", { path: { projectId, dspId, sampleId } })
      .catch(answerNotThere);
    const featureCount = Math.max(0, (data[0]?.X.length ?? 0) - skipFirstFeatures);
    const values = new Float64Array(data.length * featureCount).fill(NaN);
    for (const [i, { X }] of data.entries()) {
      values.set(X.slice(skipFirstFeatures, skipFirstFeatures + featureCount), i * featureCount);
    }
    return { featureCount, values, startMs: Float64Array.from(data, ({ sample }) => sample?.startMs ?? NaN) };
  }

  /** `undefined` where Studio has no names. */
  async #loadNames(projectId: number, dspId: number): Promise<readonly string[] | undefined> {
    try {
      return (await this.#studio.call("getDspFeatureLabels", { path: { projectId, dspId } })).labels;
    } catch (error) {
      if (error instanceof StudioRefusedError) return undefined;
      throw error;
    }
  }
}

/**
 * The features may be of windows with another step than the classification has, so their times have to tell. The step may
 * also be shorter than the tolerance, so the nearest counts.
 */
function findWindow(startMs: Float64Array, place: WindowPlace): number {
  if (Number.isNaN(startMs[0])) return place.index < startMs.length ? place.index : -1;
  let nearest = -1;
  let distance = place.toleranceMs;
  for (const [i, each] of startMs.entries()) {
    const away = Math.abs(each - place.startMs);
    if (away < distance) [nearest, distance] = [i, away];
  }
  return nearest;
}

function chooseAnomalyBlock({ blockId }: Run, learnBlocks: Impulse["learnBlocks"]): Impulse["learnBlocks"][number] {
  const blocks = learnBlocks.filter(({ id, type }) => (blockId ?? id) === id && ANOMALY_TYPES.includes(type));
  const kMeans = blocks.find(({ type }) => type === "anomaly");
  if (kMeans) return kMeans;
  const [other] = blocks;
  if (!other) throw new Problem(404, "no-anomaly-block", "The run's impulse has no anomaly block.");
  const detail = `The block ${other.name} is of the type ${other.type}; only scores of K-means can be explained.`;
  throw new Problem(409, "not-explained", detail);
}

function explainOrRefuse(metadata: KMeansModel, values: readonly number[]): AnomalyExplanation | undefined {
  try {
    return explainAnomaly(metadata, values);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Problem(
      409,
      "trained-since",
      `The block and the features are not of the same training. ${error.message}`,
    );
  }
}
