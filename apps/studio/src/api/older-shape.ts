import { frequencyOf } from "@windowscope/engine";
import type { AnswerOf, OperationId, Schemas } from "@windowscope/sdk/api-types";

/**
 * Answers as Studio gave them at the turn of 2024 to 2025: without the fields that came later, and with the interval that
 * a sample was resampled to in place of its own. It is still as the API document says, which requires only what every
 * version sends.
 *
 * @param answer As this Studio gives it, with every field of today; not changed.
 */
export function toOlderShape(id: OperationId, answer: object): object {
  const older: Older = OLDER_ANSWERS[id] ?? UNCHANGED;
  const { result, payload } = answer as Resampled & { readonly result?: unknown };
  if (Array.isArray(result)) {
    const samples = (result as readonly Resampled[]).map((each) => withOneInterval(each));
    return withoutNewer({ ...answer, result: samples }, older) as object;
  }
  // Only the readings of one window are never thinned out, which changes the interval, too.
  const windowMs = id === "getSampleWindowFromCache" ? payload?.intervalMs : undefined;
  return withoutNewer(withOneInterval(answer, windowMs), older) as object;
}

type Classified = readonly { readonly intervalMs?: number }[];

/** An answer that has a sample and what was found in it, in whichever form. */
interface Resampled {
  readonly sample?: { readonly sample?: object };
  readonly payload?: { readonly intervalMs?: number };
  readonly classifications?: Classified;
  readonly results?: readonly { readonly classifications?: Classified }[];
}

function withOneInterval(answer: Resampled, windowMs?: number): object {
  const { sample, classifications = answer.results?.[0]?.classifications } = answer;
  const intervalMs = windowMs ?? classifications?.[0]?.intervalMs;
  if (intervalMs === undefined || !sample) return answer;
  const changed = { intervalMs, frequency: frequencyOf(intervalMs) };
  return {
    ...answer,
    sample: sample.sample ? { ...sample, sample: { ...sample.sample, ...changed } } : { ...sample, ...changed },
  };
}

/** What is newer in an object, or in each object of a list, and in its fields. */
interface Older {
  readonly newer?: readonly string[];
  readonly within?: Readonly<Record<string, Older | undefined>>;
}

const UNCHANGED: Older = {};

function withoutNewer(value: unknown, older: Older): unknown {
  if (older === UNCHANGED) return value;
  if (Array.isArray(value)) return value.map((item) => withoutNewer(item, older));
  if (typeof value !== "object" || value === null) return value;
  const { newer = [], within = {} } = older;
  const fields = new Map(Object.entries(within));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !newer.includes(name))
      .map(([name, field]) => [name, withoutNewer(field, fields.get(name) ?? UNCHANGED)]),
  );
}

type KeyOf<T> = T extends object ? Extract<keyof T, string> : never;
type OptionalKeyOf<T> = T extends object
  ? { [K in Extract<keyof T, string>]-?: object extends Pick<T, K> ? K : never }[Extract<keyof T, string>]
  : never;
type FieldOf<T, K> = T extends object ? (K extends keyof T ? ItemOf<NonNullable<T[K]>> : never) : never;
type ItemOf<T> = T extends readonly (infer Item)[] ? Item : T;

/** `Older`, with only names that the document has, and as newer only those that it does not require. */
interface OlderOf<T> {
  readonly newer?: readonly OptionalKeyOf<T>[];
  readonly within?: { readonly [K in KeyOf<T>]?: OlderOf<FieldOf<T, K>> };
}

type OlderSchema<Name extends keyof Schemas> = OlderOf<Schemas[Name]>;

const sensors: OlderSchema<"Sensor"> = { newer: ["index"] };

const sample: OlderSchema<"Sample"> = {
  newer: ["datastreams", "labelMap", "lastUpdatedBy", "videoUrl", "videoUrlFull"],
  within: { sensors, structuredLabels: { newer: ["labelMap"] } },
};

const payload: OlderSchema<"RawSamplePayload"> = { newer: ["intervalMs", "frequencyHz"], within: { sensors } };

const rawSample: OlderSchema<"RawSampleData"> = { newer: ["datastreamPayloads"], within: { sample, payload } };

/** The operations that answer a part of a sample never had the streams. */
const partOfSample: OlderSchema<"GetSampleDspResponse"> = { within: { sample, payload } };

const learnBlock: OlderSchema<"ImpulseLearnBlock"> = { newer: ["trainingProcessor"] };

const classifications: OlderSchema<"ClassifySampleResponseClassification"> = {
  newer: [
    ...(["thresholds", "isMultiLabel", "expectedAnomalyOutcome"] as const),
    ...(["resultCount", "intervalMs", "frequencyHz", "labelMapResult", "labelMapScores"] as const),
  ],
  within: { learnBlock, expectedLabels: { newer: ["labelMap"] } },
};

const result: OlderSchema<"ModelResult"> = { within: { sample, classifications } };

const predictions: OlderSchema<"ModelPrediction"> = { newer: ["boundingBoxes", "labelMapPredictions"] };

const accuracy: OlderSchema<"ClassifyJobAccuracy"> = {
  newer: ["balancedAccuracyScore", "anomalyAccuracyScore", "noAnomalyAccuracyScore"],
};

const impulse: OlderSchema<"Impulse"> = {
  newer: ["postProcessingBlocks", "type"],
  within: { inputBlocks: { newer: ["axes", "labelingMethodMultiLabel"] }, learnBlocks: learnBlock },
};

const job: OlderSchema<"Job"> = { newer: ["categoryKey", "metadata"] };

const summary: OlderSchema<"ProjectDataSummary"> = { newer: ["totalLabels", "min", "max", "mean"] };

const classified: OlderSchema<"ClassifySampleResponse"> = { within: { sample: rawSample, classifications } };

const OLDER_ANSWERS: { readonly [K in OperationId]?: OlderOf<AnswerOf<K>> } = {
  classifySample: classified,
  classifySampleByLearnBlock: classified,
  classifySampleV2: classified,
  classifySampleByLearnBlockV2: classified,
  classifySampleForVariants: { within: { sample: rawSample, results: { within: { classifications } } } },
  getSampleWindowFromCache: partOfSample,
  classifyImage: { newer: ["freeformResult", "anomalyResult"] },

  getClassifyJobResult: {
    newer: ["noResultsBecauseThresholdsChanged"],
    within: { result, predictions, accuracy },
  },
  getClassifyJobResultPage: { newer: ["totalCount"], within: { result, predictions } },

  listSamples: { within: { samples: sample } },
  getSample: rawSample,
  getSampleSlice: partOfSample,
  getUncroppedDownsampledSample: partOfSample,

  getImpulse: { within: { impulse } },
  getImpulseAll: { within: { impulse } },
  getAllImpulses: { newer: ["maxImpulseCount"], within: { impulses: impulse } },
  getAllDetailedImpulses: {
    within: { impulses: { newer: ["postProcessingBlockConfigs"], within: { impulse } } },
  },
  getAnomaly: { newer: ["thresholds"] },
  getAnomalyMetadata: { newer: ["thresholds"] },
  getKeras: { newer: ["thresholds"] },
  getKerasMetadata: { newer: ["thresholds", "tensorboardGraphs"] },

  getJobStatus: { within: { job } },
  listActiveJobs: { within: { jobs: job } },
  listFinishedJobs: { within: { jobs: job } },
  listAllJobs: { within: { jobs: job } },

  getProjectInfo: {
    newer: ["anomalyLabelsConfig", "datasetSplitOptions", "explicitValidationEnabled", "windowJobConcurrency"],
    within: {
      dataSummary: summary,
      dataSummaryPerCategory: {
        newer: ["validation"],
        within: { training: summary, testing: summary, postProcessing: summary },
      },
    },
  },
  getProjectRecommendedDataInterval: { newer: ["byDatastream"] },
};
