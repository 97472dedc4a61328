import type { Variant } from "@windowscope/engine";
import type { AnswerOf } from "@windowscope/sdk/api-types";

import type { WindowResults } from "../classify.ts";
import { ClassifyError } from "../impulse-readings.ts";
import { defaultVariant, trainedBlocks, type TrainedImpulse } from "../impulses.ts";
import type { LocalStudio } from "../local-studio.ts";
import type { Project } from "../projects.ts";
import type { Sample } from "../samples.ts";
import { classificationsJson } from "./classification-json.ts";
import { RefusedError, type Handlers } from "./handlers.ts";
import { findVariant, lookups } from "./lookups.ts";
import { parsePage, parseTexts } from "./parameters.ts";
import { sampleJson, sliceJson, thinnedSampleJson, withShownSpans } from "./sample-json.ts";
import { parseSampleFilter } from "./sample-query.ts";
import { accuracyOf, predictionsOf } from "./test-set.ts";
import { Turn } from "./turn.ts";
import { increaseMsOf, windowReadingsOf, windowedLabels } from "./window-places.ts";

type ClassifyAnswer = Omit<Extract<AnswerOf<"classifySampleV2">, { classifications: unknown }>, "success" | "error">;

/** Serves the classification of samples, one at a time and the whole test set. */
export function classifyHandlers(studio: LocalStudio): Handlers {
  const { impulses, jobs, results, samples, behaviours, files } = studio;
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

  async function aboutSample(project: Project, sample: Sample, stored: TrainedImpulse) {
    const { input } = stored.design;
    return {
      sample: thinnedSampleJson(sample, project, await studio.readSampleFor(sample, stored).catch(refuseMisfit)),
      windowSizeMs: input.windowSizeMs,
      windowIncreaseMs: increaseMsOf(input),
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
    query: { readonly impulseId?: number; readonly variant?: string; readonly truncateStructuredLabels?: boolean },
  ): Promise<ClassifyAnswer | { id: number }> {
    const sample = findSample(project, path.sampleId);
    const stored = findTrained(project, query.impulseId);
    const blockIds = findBlocks(stored, path.blockId);
    const variant = findVariant(stored, query.variant);
    if (await classifiesAtOnce(project, sample)) await classifyNow(sample, stored, variant);
    const answer = await classifyAnswer(project, withShownSpans(sample, query), stored, variant, blockIds);
    return answer ?? { id: startJob(project, sample, stored, variant) };
  }

  /** Works out a result, unless there is one. */
  async function classifyNow(sample: Sample, stored: TrainedImpulse, variant: Variant, blockIds?: readonly number[]) {
    return studio.classify(sample, stored, variant, blockIds).catch(refuseMisfit);
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

  /** What `toRow` makes of each result of the test set in one variant; nothing unless the last job made them. */
  async function testSetRows<T>(
    project: Project,
    stored: TrainedImpulse,
    variant: Variant,
    toRow: (sample: Sample, found: WindowResults) => T,
  ): Promise<T[]> {
    if (results.testedState(stored, variant) !== "tested") return [];
    return rowsOf(studio.testSet(project.id), stored, variant, toRow);
  }

  /**
   * What `toRow` makes of the result of each sample that has one.
   *
   * The results of a large test set take a while to read: in between others get their turn.
   */
  async function rowsOf<T>(
    tested: readonly Sample[],
    stored: TrainedImpulse,
    variant: Variant,
    toRow: (sample: Sample, found: WindowResults) => T,
  ): Promise<T[]> {
    const rows: T[] = [];
    const turn = new Turn();
    for (const sample of tested) {
      if (turn.isOver) await turn.pass();
      const found = results.find(sample, stored, variant);
      if (found) rows.push(toRow(sample, found));
    }
    if (impulses.get(stored.id)?.revision === stored.revision) return rows;
    throw new RefusedError("The impulse has changed meanwhile. Ask again.");
  }

  function findTested(project: Project, query: { readonly impulseId?: number; readonly variant?: string }) {
    const stored = findTrained(project, query.impulseId);
    const variant = findVariant(stored, query.variant);
    const state = results.testedState(stored, variant);
    if (state === "not-tested") {
      throw new RefusedError("No model testing results found, run 'startClassifyJob' first");
    }
    return { stored, variant, state };
  }

  return {
    classifySample: ({ project, path, query }) => classifyAtOnce(project, path, query),

    classifySampleV2: ({ project, path, query }) => classifyOrStart(project, path, query),

    classifySampleForVariants: async ({ project, path, query }) => {
      const sample = findSample(project, path.sampleId);
      const stored = findTrained(project, query.impulseId);
      const names = new Set(parseTexts("variants", query.variants));
      const variants = [...names].map((variant) => findVariant(stored, variant));
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
      const shown = withShownSpans(sample, query);
      return {
        results: found.map(({ variant, result }) => ({
          variant,
          classifications: classificationsJson(shown, stored, result),
        })),
        ...(await aboutSample(project, shown, stored)),
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
      const { input } = stored.design;
      const { windowReadings, increaseReadings } = windowReadingsOf(windowedLabels(sample, input).timing, input);
      const from = path.windowIndex * increaseReadings;
      const readings = await studio.readSampleFor(sample, stored).catch(refuseMisfit);
      return sliceJson(withShownSpans(sample, query), project, readings, from, from + windowReadings);
    },

    getClassifyJobResult: async ({ project, query }) => {
      const { stored, variant, state } = findTested(project, query);
      const predictions: ReturnType<typeof predictionsOf> = [];
      const result = await testSetRows(project, stored, variant, (sample, found) => {
        predictions.push(...predictionsOf(sample, stored, found));
        return query.featureExplorerOnly ? [] : [resultJson(project, withShownSpans(sample, query), stored, found)];
      });
      return {
        result: result.flat(),
        predictions,
        accuracy: accuracyOf(predictions, stored),
        additionalMetricsByLearnBlock: [],
        availableVariants: [...stored.variants],
        ...(state === "thresholds-changed" && { noResultsBecauseThresholdsChanged: "should_rerun_full_job" }),
      };
    },

    getClassifyJobResultPage: async ({ project, query }) => {
      const { stored, variant, state } = findTested(project, query);
      const { limit, offset } = parsePage(query);
      if (state !== "tested") return { result: [], predictions: [], totalCount: 0 };
      const withResult = results.samplesWith(stored, variant);
      const filter = parseSampleFilter("testing", { ...query, includeDisabled: "enabled" });
      const tested = samples
        .list(project.id, filter, { limit: -1, offset: 0 })
        .filter((sample) => withResult.has(sample.id));
      const rows = await rowsOf(tested.slice(offset, offset + limit), stored, variant, (sample, found) => ({
        result: resultJson(project, withShownSpans(sample, query), stored, found),
        predictions: predictionsOf(sample, stored, found),
      }));
      return {
        result: rows.map(({ result }) => result),
        predictions: rows.flatMap(({ predictions }) => predictions),
        totalCount: tested.length,
      };
    },

    getClassifyMetricsAllVariants: async ({ project, query }) => {
      const stored = findTrained(project, query.impulseId);
      const metrics: { variant: Variant; accuracy?: number }[] = [];
      for (const variant of stored.variants) {
        const toPredictions = (sample: Sample, found: WindowResults) => predictionsOf(sample, stored, found);
        const rows = await testSetRows(project, stored, variant, toPredictions);
        const { accuracyScore: accuracy } = accuracyOf(rows.flat(), stored);
        metrics.push(accuracy === undefined ? { variant } : { variant, accuracy });
      }
      return { metrics };
    },

    classifyImage: ({ project, query }) => {
      const { design } = findTrained(project, query.impulseId);
      throw new RefusedError(`The impulse "${design.name}" reads ${design.input.axes.join(", ")} and no images.`);
    },
  };
}

function resultJson(project: Project, sample: Sample, stored: TrainedImpulse, found: WindowResults) {
  return {
    sampleId: sample.id,
    sample: sampleJson(sample, project),
    classifications: classificationsJson(sample, stored, found),
  };
}

function refuseMisfit(error: unknown): never {
  if (error instanceof ClassifyError) throw new RefusedError(error.message);
  throw error;
}

/** The learn block that is asked for, or all that have learnt something. */
function findBlocks(stored: TrainedImpulse, blockId: number | undefined): readonly number[] {
  const trained = trainedBlocks(stored);
  if (blockId === undefined) return trained;
  if (trained.includes(blockId)) return [blockId];
  throw new RefusedError(`No learning block found with ID ${blockId}`);
}
