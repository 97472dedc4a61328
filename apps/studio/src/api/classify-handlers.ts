import type { Variant } from "@windowscope/engine";
import type { AnswerOf } from "@windowscope/sdk/api-types";

import { ClassifyError } from "../classify.ts";
import { trainedBlocks, type TrainedImpulse } from "../impulses.ts";
import { defaultVariant, type LocalStudio } from "../local-studio.ts";
import type { Project } from "../projects.ts";
import type { Sample } from "../samples.ts";
import { classificationsJson } from "./classification-json.ts";
import { RefusedError, type Handlers } from "./handlers.ts";
import { findVariant, lookups } from "./lookups.ts";
import { parsePage, parseTexts } from "./parameters.ts";
import { rawSampleJson, sampleJson, sliceJson } from "./sample-json.ts";
import { accuracyOf, predictionsOf } from "./test-set.ts";

type ClassifyAnswer = Omit<Extract<AnswerOf<"classifySampleV2">, { classifications: unknown }>, "success" | "error">;

/** Serves the classification of samples, one at a time and the whole test set. */
export function classifyHandlers(studio: LocalStudio): Handlers {
  const { jobs, results, behaviours, files } = studio;
  const { findTrained, findSample } = lookups(studio);

  /** The answer when there is a result. */
  async function classifyAnswer(
    project: Project,
    sample: Sample,
    stored: TrainedImpulse,
    variant: Variant,
    blockIds: readonly number[],
  ): Promise<ClassifyAnswer | undefined> {
    const found = results.find(sample, stored, variant, blockIds);
    if (!found) return undefined;
    return {
      classifications: classificationsJson(sample, stored, found),
      ...(await aboutSample(project, sample, stored)),
      ...(found.warning !== undefined && { warning: found.warning }),
    };
  }

  async function aboutSample(project: Project, sample: Sample, { impulse }: TrainedImpulse) {
    return {
      sample: rawSampleJson(sample, project, await studio.readSample(sample)),
      windowSizeMs: impulse.input.windowSizeMs,
      windowIncreaseMs: impulse.input.windowIncreaseMs,
      alreadyInDatabase: sample.category === "training",
    };
  }

  function startJob(project: Project, sample: Sample, stored: TrainedImpulse, variant: Variant): number {
    const task = { kind: "classify-sample", sampleId: sample.id, impulseId: stored.id, variant } as const;
    return jobs.start(project.id, task).id;
  }

  /** Whether the project was told to classify a sample while the caller waits, instead of in a job. */
  async function classifiesAtOnce({ id }: Project, { file }: Sample): Promise<boolean> {
    const { classify } = behaviours.of(id);
    if (typeof classify === "string") return classify === "at-once";
    return (await files.readLengthBytes(file)) <= classify.atOnceUpToBytes;
  }

  /** The result when there is one, and otherwise the job that is going to make it. */
  async function classifyOrStart(
    project: Project,
    path: { readonly sampleId: number; readonly blockId?: number },
    query: { readonly impulseId?: number; readonly variant?: string },
  ): Promise<ClassifyAnswer | { id: number }> {
    const sample = findSample(project, path.sampleId);
    const stored = findTrained(project, query.impulseId);
    const blockIds = findBlocks(stored, path.blockId);
    const variant = findVariant(stored, query.variant);
    if (await classifiesAtOnce(project, sample)) await classifyNow(sample, stored, variant);
    const answer = await classifyAnswer(project, sample, stored, variant, blockIds);
    return answer ?? { id: startJob(project, sample, stored, variant) };
  }

  /** Works out a result, unless there is one. */
  async function classifyNow(sample: Sample, stored: TrainedImpulse, variant: Variant, blockIds?: readonly number[]) {
    try {
      return await studio.classify(sample, stored, variant, blockIds);
    } catch (error) {
      if (error instanceof ClassifyError) throw new RefusedError(error.message);
      throw error;
    }
  }

  /** The result of the default variant, worked out while the caller waits. */
  async function classifyAtOnce(
    project: Project,
    path: { readonly sampleId: number; readonly blockId?: number },
    query: { readonly impulseId?: number } = {},
  ): Promise<ClassifyAnswer> {
    const sample = findSample(project, path.sampleId);
    const stored = findTrained(project, query.impulseId);
    const blockIds = findBlocks(stored, path.blockId);
    const found = await classifyNow(sample, stored, defaultVariant(stored), blockIds);
    return {
      classifications: classificationsJson(sample, stored, found),
      ...(await aboutSample(project, sample, stored)),
      ...(found.warning !== undefined && { warning: found.warning }),
    };
  }

  /** Results of the whole test set in one variant, as far as the last job made them. */
  function testSetRows(project: Project, stored: TrainedImpulse, variant: Variant) {
    return studio.testSet(project.id).flatMap((sample) => {
      const found = results.find(sample, stored, variant);
      return found ? [{ sample, found }] : [];
    });
  }

  function testSetResults(project: Project, query: { readonly impulseId?: number; readonly variant?: string }) {
    const stored = findTrained(project, query.impulseId);
    const variant = findVariant(stored, query.variant);
    const state = results.testedState(stored, variant);
    if (state === "not-tested") {
      throw new RefusedError("No model testing results found, run 'startClassifyJob' first");
    }
    return { stored, state, rows: state === "tested" ? testSetRows(project, stored, variant) : [] };
  }

  return {
    classifySample: ({ project, path, query }) => classifyAtOnce(project, path, query),

    classifySampleV2: ({ project, path, query }) => classifyOrStart(project, path, query),

    classifySampleForVariants: async ({ project, path, query }) => {
      const sample = findSample(project, path.sampleId);
      const stored = findTrained(project, query.impulseId);
      const variants = parseTexts("variants", query.variants).map((variant) => findVariant(stored, variant));
      if (variants.length === 0) throw new RefusedError('"variants" has to name one or more.');
      if (await classifiesAtOnce(project, sample)) {
        for (const variant of variants) await classifyNow(sample, stored, variant);
      }
      const found = variants.flatMap((variant) => {
        const result = results.find(sample, stored, variant);
        return result ? [{ variant, result }] : [];
      });
      const missing = variants.filter((variant) => !found.some((each) => each.variant === variant));
      const started = missing.map((variant) => startJob(project, sample, stored, variant));
      // Jobs are done in turn: after the highest of them all are done.
      if (started.length > 0) return { id: Math.max(...started) };
      return {
        results: found.map(({ variant, result }) => ({
          variant,
          classifications: classificationsJson(sample, stored, result),
        })),
        ...(await aboutSample(project, sample, stored)),
      };
    },

    classifySampleByLearnBlock: ({ project, path }) => classifyAtOnce(project, path),

    classifySampleByLearnBlockV2: ({ project, path, query }) => classifyOrStart(project, path, query),

    getSampleWindowFromCache: async ({ project, path, query }) => {
      const sample = findSample(project, path.sampleId);
      const stored = findTrained(project, query.impulseId);
      const found = stored.variants.flatMap((variant) => results.find(sample, stored, variant) ?? []).at(0);
      if (!found) throw new RefusedError("This sample has no result yet; call classifySampleV2 first.");
      const count = (found.classifier ?? found.anomaly ?? []).length;
      if (path.windowIndex >= count) throw new RefusedError(`There is no window ${path.windowIndex} among ${count}.`);
      const { windowSizeMs, windowIncreaseMs } = stored.impulse.input;
      const from = path.windowIndex * Math.max(1, Math.round(windowIncreaseMs / sample.intervalMs));
      const to = from + Math.round(windowSizeMs / sample.intervalMs);
      return sliceJson(sample, project, await studio.readSample(sample), from, to);
    },

    getClassifyJobResult: ({ project, query }) => {
      const { stored, state, rows } = testSetResults(project, query);
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
        ...(state === "thresholds-changed" && { noResultsBecauseThresholdsChanged: "should_rerun_full_job" }),
      };
    },

    getClassifyJobResultPage: ({ project, query }) => {
      const { stored, rows } = testSetResults(project, query);
      const { limit, offset } = parsePage(query);
      const page = rows.slice(offset, offset + limit);
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

    getClassifyMetricsAllVariants: ({ project, query }) => {
      const stored = findTrained(project, query.impulseId);
      return {
        metrics: stored.variants.map((variant) => {
          if (results.testedState(stored, variant) !== "tested") return { variant };
          const rows = testSetRows(project, stored, variant);
          const predictions = rows.flatMap(({ sample, found }) => predictionsOf(sample, stored, found));
          const { accuracyScore: accuracy } = accuracyOf(predictions, stored);
          return accuracy === undefined ? { variant } : { variant, accuracy };
        }),
      };
    },
  };
}

/** The learn block that is asked for, or all that have learnt something. */
function findBlocks(stored: TrainedImpulse, blockId: number | undefined): readonly number[] {
  const trained = trainedBlocks(stored);
  if (blockId === undefined) return trained;
  if (trained.includes(blockId)) return [blockId];
  throw new RefusedError(`No learning block found with ID ${blockId}`);
}
