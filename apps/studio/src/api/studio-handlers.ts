import type { Variant } from "@windowscope/engine";
import type { AnswerOf, Schemas } from "@windowscope/sdk/api-types";

import { ClassifyError } from "../classify.ts";
import { BLOCK, type StoredImpulse } from "../impulses.ts";
import type { Job } from "../jobs.ts";
import { defaultVariant, type LocalStudio } from "../local-studio.ts";
import type { Project } from "../projects.ts";
import type { Category, Sample } from "../samples.ts";
import { classificationsJson, hasLearnBlock } from "./classification-json.ts";
import { RefusedError, type Handlers } from "./handlers.ts";
import { anomalyThreshold, impulseJson } from "./impulse-json.ts";
import { deviceJson, projectInfoJson, projectJson } from "./project-json.ts";
import { rawSampleJson, sampleJson } from "./sample-json.ts";
import { accuracyOf, predictionsOf } from "./test-set.ts";

type ClassifyAnswer = Omit<Extract<AnswerOf<"classifySampleV2">, { classifications: unknown }>, "success" | "error">;

const DEFAULT_PAGE = 20;
const LARGEST_PAGE = 1_000;
const MOST_LINES = 1_000;

/** Serves the operations of the API document from a local Studio. */
export function studioHandlers(
  studio: LocalStudio,
  outside: {
    readonly issueSocketToken: (projectId: number) => Schemas["SocketToken"];
    readonly isDeviceConnected: (projectId: number, deviceId: string) => boolean;
    readonly studioUrl: () => string;
  },
): Handlers {
  const { samples, impulses, jobs, results } = studio;

  function findImpulse(project: Project, impulseId = project.defaultImpulseId): StoredImpulse {
    const stored = impulseId === undefined ? undefined : impulses.get(impulseId);
    if (stored?.projectId === project.id) return stored;
    throw new RefusedError(
      impulseId === undefined
        ? "This project has no impulse yet."
        : `There is no impulse ${impulseId} in this project.`,
    );
  }

  function findSample(project: Project, sampleId: number): Sample {
    const sample = samples.get(project.id, sampleId);
    if (sample) return sample;
    throw new RefusedError(`There is no sample ${sampleId} in this project.`);
  }

  function findVariant(stored: StoredImpulse, variant: string | undefined): Variant {
    if (variant === undefined) return defaultVariant(stored);
    const available = stored.variants.find((candidate) => candidate === variant);
    if (available) return available;
    throw new RefusedError(`This impulse has no ${variant} model; it has ${stored.variants.join(", ") || "none"}.`);
  }

  function classifyAnswer(project: Project, sample: Sample, stored: StoredImpulse, variant: Variant, blockId?: number) {
    const found = results.find(sample.id, stored.id, variant);
    if (!found) return undefined;
    const { windowSizeMs, windowIncreaseMs } = stored.impulse.input;
    return {
      classifications: classificationsJson(sample, stored, found, blockId),
      sample: rawSampleJson(sample, project, samples.read(sample)),
      windowSizeMs,
      windowIncreaseMs,
      alreadyInDatabase: sample.category === "training",
      ...(found.warning !== undefined && { warning: found.warning }),
    } satisfies ClassifyAnswer;
  }

  /** The result when there is one, and otherwise the job that is going to make it. */
  function classifyOrStart(
    project: Project,
    path: { readonly sampleId: number; readonly blockId?: number },
    query: { readonly impulseId?: number; readonly variant?: string },
  ): ClassifyAnswer | { id: number } {
    const sample = findSample(project, path.sampleId);
    const stored = findImpulse(project, query.impulseId);
    requireBlock(stored, path.blockId);
    const variant = findVariant(stored, query.variant);
    const answer = classifyAnswer(project, sample, stored, variant, path.blockId);
    if (answer) return answer;
    const task = { kind: "classify-sample", sampleId: sample.id, impulseId: stored.id, variant } as const;
    return { id: jobs.start(project.id, task).id };
  }

  /** Results of the whole test set in one variant, as far as the last job made them. */
  function testSetResults(project: Project, query: { readonly impulseId?: number; readonly variant?: string }) {
    const stored = findImpulse(project, query.impulseId);
    const variant = findVariant(stored, query.variant);
    if (!jobs.newestTestSetJob(project.id, stored.id, variant)) {
      throw new RefusedError("No model testing results found, run 'startClassifyJob' first");
    }
    const rows = studio.testSet(project.id).flatMap((sample) => {
      const found = results.find(sample.id, stored.id, variant);
      return found ? [{ sample, found }] : [];
    });
    return { stored, rows };
  }

  return {
    listProjects: ({ project }) => ({ projects: [projectJson(project)] }),

    getProjectInfo: ({ project }) => {
      const summary = (category: Category): Schemas["ProjectDataSummary"] => {
        const { count, totalLengthMs, labels } = samples.summarise(project.id, category);
        return { totalLengthMs, labels, totalLabels: labels.length, dataCount: count };
      };
      return projectInfoJson(project, {
        hasImpulse: project.defaultImpulseId !== undefined,
        devices: studio.devices
          .list(project.id)
          .map((device, i) => deviceJson(device, outside.isDeviceConnected(project.id, device.deviceId), i)),
        training: summary("training"),
        testing: summary("testing"),
        studioUrl: outside.studioUrl(),
      });
    },

    getImpulse: ({ project, query }) => {
      // A project without an impulse answers nothing, as Studio does; an id that does not exist is an error.
      if (query.impulseId === undefined && project.defaultImpulseId === undefined) return {};
      return { impulse: impulseJson(findImpulse(project, query.impulseId)) };
    },

    listSamples: ({ project, query }) => {
      const filter = {
        category: parseCategory(query.category),
        labels: parseLabels(query.labels),
        filename: query.filename,
        minId: query.minId,
        maxId: query.maxId,
      };
      const page = { limit: clampPage(query.limit), offset: Math.max(0, query.offset ?? 0) };
      return {
        samples: samples
          .list(project.id, filter, page)
          .map((sample) => sampleJson(sample, project, { excludeSensors: query.excludeSensors })),
        totalCount: samples.count(project.id, filter),
      };
    },

    getSample: ({ project, path, query }) => {
      const sample = findSample(project, path.sampleId);
      return rawSampleJson(sample, project, samples.read(sample), query.limitPayloadValues);
    },

    classifySampleV2: ({ project, path, query }) => classifyOrStart(project, path, query),

    classifySampleByLearnBlock: ({ project, path }) => {
      const sample = findSample(project, path.sampleId);
      const stored = findImpulse(project);
      requireBlock(stored, path.blockId);
      const variant = defaultVariant(stored);
      try {
        studio.classify(sample, stored, variant);
      } catch (error) {
        if (error instanceof ClassifyError) throw new RefusedError(error.message);
        throw error;
      }
      return classifyAnswer(project, sample, stored, variant, path.blockId) as ClassifyAnswer;
    },

    classifySampleByLearnBlockV2: ({ project, path, query }) => classifyOrStart(project, path, query),

    startClassifyJob: ({ project, query, body }) => {
      const stored = findImpulse(project, query.impulseId);
      const wanted: unknown = body?.modelVariants ?? [];
      if (!Array.isArray(wanted)) throw new RefusedError('"modelVariants" has to be a list.');
      const found = wanted.map((variant) => findVariant(stored, String(variant)));
      const variants = found.length > 0 ? found : [defaultVariant(stored)];
      return { id: jobs.start(project.id, { kind: "classify-test-set", impulseId: stored.id, variants }).id };
    },

    getClassifyJobResult: ({ project, query }) => {
      const { stored, rows } = testSetResults(project, query);
      const predictions = rows.flatMap(({ sample, found }) => predictionsOf(sample, stored, found));
      return {
        result: query.featureExplorerOnly
          ? []
          : rows.map(({ sample, found }) => ({
              sampleId: sample.id,
              sample: sampleJson(sample, project),
              classifications: classificationsJson(sample, stored, found),
            })),
        predictions,
        accuracy: accuracyOf(predictions, stored),
        additionalMetricsByLearnBlock: [],
        availableVariants: [...stored.variants],
      };
    },

    getClassifyJobResultPage: ({ project, query }) => {
      const { stored, rows } = testSetResults(project, query);
      const offset = Math.max(0, query.offset ?? 0);
      const page = rows.slice(offset, offset + clampPage(query.limit));
      return {
        result: page.map(({ sample, found }) => ({
          sampleId: sample.id,
          sample: sampleJson(sample, project),
          classifications: classificationsJson(sample, stored, found),
        })),
        predictions: page.flatMap(({ sample, found }) => predictionsOf(sample, stored, found)),
        totalCount: rows.length,
      };
    },

    getAnomalyMetadata: ({ project, path }) => {
      const { impulse, created, variants } = findImpulse(project);
      if (path.learnId !== BLOCK.anomaly || !impulse.anomaly) {
        throw new RefusedError(`No learning block found with ID ${path.learnId}`);
      }
      const { axes, mean, scale, clusters, threshold } = impulse.anomaly;
      return {
        created,
        scale: [...scale],
        mean: [...mean],
        clusters: clusters.map(({ center, maxError }) => ({ center: [...center], maxError })),
        axes: [...axes],
        defaultMinimumConfidenceRating: threshold,
        thresholds: [anomalyThreshold(threshold)],
        availableModelTypes: [...variants],
        recommendedModelType: variants.includes("int8") ? "int8" : "float32",
        modelValidationMetrics: [],
        hasTrainedModel: true,
      };
    },

    getJobStatus: ({ project, path }) => {
      const job = jobs.get(project.id, path.jobId);
      if (!job) throw new RefusedError("No job with this ID found");
      return { job: jobJson(job) };
    },

    getJobsLogs: ({ project, path, query }) => {
      const job = jobs.get(project.id, path.jobId);
      if (!job) throw new RefusedError("No job with this ID found");
      const lines = jobs.linesSince(job.id, 0);
      return {
        stdout: lines
          .map(({ created, text }) => ({ created, data: `${text}\n`, logLevel: "info" }))
          .reverse()
          .slice(0, Math.min(MOST_LINES, Math.max(0, query.limit ?? MOST_LINES))),
        totalCount: lines.length,
      };
    },

    getSocketToken: ({ project }) => ({ token: outside.issueSocketToken(project.id) }),
  };
}

function requireBlock(stored: StoredImpulse, blockId: number | undefined): void {
  if (blockId === undefined || hasLearnBlock(stored, blockId)) return;
  throw new RefusedError(`No learning block found with ID ${blockId}`);
}

function parseCategory(category: string): Category | "all" {
  if (category === "training" || category === "testing" || category === "all") return category;
  throw new RefusedError(`"category" has to be training, testing or all, and is "${category}".`);
}

/** The filter's labels: a JSON array in one query value. */
function parseLabels(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  try {
    const labels: unknown = JSON.parse(text);
    if (Array.isArray(labels) && labels.every((label) => typeof label === "string")) return labels;
  } catch {
    // Said below.
  }
  throw new RefusedError('"labels" has to be a JSON array of texts.');
}

function clampPage(limit = DEFAULT_PAGE): number {
  return Math.min(LARGEST_PAGE, Math.max(0, limit));
}

function jobJson({ id, key, task, created, started, finished, isSuccessful }: Job): Schemas["Job"] {
  return {
    id,
    category: task.kind === "classify-sample" ? "Classifying sample" : "Model testing",
    categoryKey: task.kind,
    key,
    created,
    ...(started !== undefined && { started }),
    ...(finished !== undefined && { finished }),
    ...(isSuccessful !== undefined && { finishedSuccessful: isSuccessful }),
    jobNotificationUids: [],
    ...(started !== undefined &&
      finished !== undefined && { computeTime: (Date.parse(finished) - Date.parse(started)) / 1000 }),
  };
}
