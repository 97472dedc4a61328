import { setImmediate, setTimeout } from "node:timers/promises";

import type { Variant } from "@windowscope/engine";

import { Behaviours } from "./behaviour/behaviour.ts";
import { Delayed } from "./behaviour/delayed.ts";
import type { FeatureDesign, WindowFeatures, WindowResults } from "./classify.ts";
import { Devices } from "./devices/devices.ts";
import { InferenceHistory } from "./devices/inference-history.ts";
import type { Recording } from "./formats/recording.ts";
import { ClassifyError } from "./impulse-readings.ts";
import {
  BLOCK,
  Impulses,
  isTrained,
  trainedBlocks,
  type ImpulseDesign,
  type StoredImpulse,
  type TrainedImpulse,
} from "./impulses.ts";
import { Intake } from "./ingestion/intake.ts";
import { Jobs, type Job, type Task } from "./jobs.ts";
import { Projects } from "./projects.ts";
import { Results } from "./results.ts";
import type { SampleFiles } from "./sample-files.ts";
import type { Category } from "./category.ts";
import { SampleStatistics } from "./sample-statistics.ts";
import { Samples, type Sample } from "./samples.ts";
import type { Store } from "./store.ts";
import type { SampleSource } from "./work/sample-source.ts";
import { WorkThread } from "./work/work-thread.ts";
import { TrainingError, type TrainingSample } from "./work/train-blocks.ts";

export interface LocalStudioOptions {
  /**
   * Time that every job spends before its work, as the cloud spends it on finding a machine; none by default. Gives tests
   * and benchmarks jobs of a known least length.
   */
  readonly leastJobMs?: number | undefined;
  /** Makes the threads that do the work. */
  readonly createThread?: () => Pick<WorkThread, "run" | "close">;
}

/** The same samples and the same seed give the same model. */
const TRAINING_SEED = 1;

/** Everything the local Studio knows and can do, without any network. */
export class LocalStudio {
  readonly projects: Projects;
  readonly samples: Samples;
  readonly statistics: SampleStatistics;
  readonly impulses: Impulses;
  readonly results: Results;
  readonly devices: Devices;
  readonly inferenceHistory: InferenceHistory;
  readonly jobs: Jobs;
  readonly files: SampleFiles;
  readonly intake: Intake;
  readonly behaviours = new Behaviours();
  /** Results that come late on purpose. */
  readonly #lateResults = new Delayed();
  readonly #leastJobMs: number;
  /** For requests that somebody waits for, and for each lane of jobs: nobody waits for another's training. */
  readonly #threads: Readonly<Record<"request" | "sample" | "set", Pick<WorkThread, "run" | "close">>>;

  constructor({ database, files, uploads }: Store, options: LocalStudioOptions = {}) {
    const { leastJobMs = 0, createThread = () => new WorkThread() } = options;
    this.files = files;
    this.projects = new Projects(database);
    this.samples = new Samples(database);
    this.statistics = new SampleStatistics(database);
    this.impulses = new Impulses(database);
    this.results = new Results(database);
    this.devices = new Devices(database);
    this.inferenceHistory = new InferenceHistory(database);
    this.#leastJobMs = leastJobMs;
    this.#threads = { request: createThread(), sample: createThread(), set: createThread() };
    const { projects, samples } = this;
    this.intake = new Intake({ projects, samples, files, uploads, thread: this.#threads.request });
    this.intake.on("added", (sample) => {
      if (sample.deviceName === undefined) return;
      this.devices.seenInData(sample.projectId, sample.deviceName, sample.deviceType);
    });
    this.jobs = new Jobs(
      database,
      (job, log, signal) => this.#runJob(job, log, signal),
      (projectId) => this.behaviours.of(projectId),
    );
  }

  /**
   * Deletes everything in a project: samples, impulses, results, jobs, devices, how it was told to behave. Name, key and
   * ids that were given remain.
   *
   * Requests may go on meanwhile: jobs are cancelled, and uploads that had begun are waited for and deleted.
   */
  async resetProject(projectId: number): Promise<void> {
    await this.intake.settled();
    this.behaviours.setNormal(projectId);
    this.jobs.deleteAll(projectId);
    for (const { id } of this.impulses.list(projectId)) this.impulses.delete(id);
    this.devices.deleteAll(projectId);
    this.inferenceHistory.deleteAll(projectId);
    const samples = this.samples.list(projectId, { category: "all" }, { limit: -1, offset: 0 });
    const deleting = this.deleteSamples(samples);
    this.projects.reset(projectId);
    await deleting;
  }

  /** The part of a sample that counts, with its readings. */
  readSample(sample: Sample): Promise<Recording> {
    return this.#threads.request.run("read", this.#sourceOf(sample));
  }

  /** The readings that an impulse cuts its windows from: those of the sample, at its frequency. @throws {ClassifyError} */
  readSampleFor(sample: Sample, { design: { input } }: StoredImpulse): Promise<Recording> {
    return this.#threads.request.run("readFor", { source: this.#sourceOf(sample), input });
  }

  /** The features of each window of a sample. @throws {ClassifyError} */
  extractFeatures(sample: Sample, { name, input, blocks }: FeatureDesign): Promise<WindowFeatures> {
    const design = { name, input, blocks };
    return this.#threads.request.run("features", { source: this.#sourceOf(sample), design });
  }

  /** Deletes samples, their results and their files. */
  async deleteSamples(samples: readonly Sample[]): Promise<void> {
    this.samples.delete(samples);
    await this.files.remove(samples.map(({ file }) => file));
  }

  /** The result for a sample: from an earlier time, or worked out now. @throws {ClassifyError} */
  classify(sample: Sample, stored: TrainedImpulse, variant: Variant, blockIds?: readonly number[]) {
    return this.#classify("request", sample, stored, variant, blockIds);
  }

  /** Samples that belong to a project's test set: those of its testing category that are enabled. */
  testSet(projectId: number): Sample[] {
    return this.samples.list(projectId, { category: "testing", isDisabled: false }, { limit: -1, offset: 0 });
  }

  /** Deletes all but the newest samples that a kind of device recorded into a category. */
  async keepNewest(projectId: number, category: Category, deviceType: string, keep: number): Promise<void> {
    await this.deleteSamples(this.samples.olderThanNewest(projectId, category, deviceType, keep));
  }

  /** Trains learn blocks of an impulse on the training set of its project. @throws {TrainingError} */
  async train(
    { id: impulseId, projectId }: StoredImpulse,
    blockIds: readonly number[],
    log: (line: string) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const stored = this.#find(impulseId);
    const samples = this.#trainingSamples(projectId);
    log(`Training on ${samples.length} samples...`);
    const models = await this.#threads.set.run(
      "train",
      {
        design: stored.design,
        samples,
        trainsClassifier: blockIds.includes(BLOCK.classifier),
        trainsAnomaly: blockIds.includes(BLOCK.anomaly),
        seed: TRAINING_SEED,
      },
      { signal, report: log },
    );
    if (this.#find(impulseId).revision !== stored.revision) {
      throw new Error("The impulse changed while it was being trained. Start the job again.");
    }
    this.impulses.setModels(stored, models);
  }

  async close(): Promise<void> {
    await this.jobs.close();
    this.#lateResults.flush();
    await Promise.all(Object.values(this.#threads).map((thread) => thread.close()));
    await this.intake.settled();
  }

  /** Picks a design for what is in a project's training set. @throws {TrainingError} when there is nothing to go by. */
  design(projectId: number, name: string): Promise<ImpulseDesign> {
    return this.#threads.set.run("design", { name, samples: this.#trainingSamples(projectId) });
  }

  /** In the order in which they came, so that the same samples give the same model. */
  #trainingSamples(projectId: number): TrainingSample[] {
    const filter = { category: "training", isDisabled: false } as const;
    const samples = this.samples.list(projectId, filter, { limit: -1, offset: 0 }).filter(({ label }) => label !== "");
    if (samples.length === 0) throw new TrainingError("There is no labelled sample in the training set.");
    return samples.reverse().map((sample) => {
      const { filename, label, structuredLabels } = sample;
      return { filename, label, structuredLabels, source: this.#sourceOf(sample) };
    });
  }

  #sourceOf({ file, format, cropStart, valuesCount }: Sample): SampleSource {
    return { path: this.files.pathOf(file), format, cropStart, valuesCount };
  }

  async #classify(
    lane: "request" | "sample" | "set",
    sample: Sample,
    stored: TrainedImpulse,
    variant: Variant,
    blockIds: readonly number[] = trainedBlocks(stored),
    signal?: AbortSignal,
  ): Promise<WindowResults> {
    const known = this.results.find(sample, stored, variant, blockIds);
    if (known) return known;
    const input = { source: this.#sourceOf(sample), document: stored.document, variant };
    const results = await this.#threads[lane].run("classify", input, { signal });
    // Only what a job worked out can be late: whoever waits for an answer has it.
    const delayMs = lane === "request" ? 0 : this.behaviours.of(sample.projectId).resultDelayMs;
    this.#lateResults.after(delayMs, () => this.results.put(sample, stored, variant, results));
    const { classifier, anomaly, warning } = results;
    return {
      ...(blockIds.includes(BLOCK.classifier) && classifier && { classifier }),
      ...(blockIds.includes(BLOCK.anomaly) && anomaly && { anomaly }),
      ...(warning !== undefined && { warning }),
    };
  }

  async #runJob({ task, projectId }: Job, log: (line: string) => void, signal: AbortSignal): Promise<void> {
    // Before the work, so that the result is there no sooner than the job is over.
    if (this.#leastJobMs > 0) await setTimeout(this.#leastJobMs, undefined, { signal });
    switch (task.kind) {
      case "classify-sample": {
        const sample = this.samples.get(projectId, task.sampleId);
        if (!sample) throw new Error(`There is no sample ${task.sampleId} any more.`);
        const stored = this.#findTrained(task.impulseId);
        log(`Classifying ${sample.filename} (${task.variant})...`);
        const results = await this.#classify("sample", sample, stored, task.variant, undefined, signal);
        log(`${(results.classifier ?? results.anomaly ?? []).length} windows`);
        if (results.warning) log(results.warning);
        break;
      }
      case "classify-test-set":
        await this.#classifyTestSet(projectId, task, log, signal);
        break;
      case "train":
        await this.train(this.#find(task.impulseId), task.blockIds, log, signal);
        break;
      default:
        task satisfies never;
    }
  }

  async #classifyTestSet(
    projectId: number,
    task: Extract<Task, { kind: "classify-test-set" }>,
    log: (line: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    for (const variant of task.variants) {
      const stored = this.#findTrained(task.impulseId);
      const samples = this.testSet(projectId);
      for (const [i, { id }] of samples.entries()) {
        // Between two samples the HTTP server gets its turn.
        await setImmediate();
        if (signal.aborted) return;
        // As it is now: the first ones may have taken hours.
        const sample = this.samples.get(projectId, id);
        if (!sample) continue;
        const place = `[${String(i + 1).padStart(4)}/${samples.length}] ${sample.filename} (${variant})`;
        log(place + (await this.#classifyOrExplain(sample, stored, variant, signal)));
      }
      if (this.impulses.get(stored.id)?.revision !== stored.revision) {
        throw new Error("The impulse changed while the test set was being classified. Start the job again.");
      }
      const { resultDelayMs, lateTestSet } = this.behaviours.of(projectId);
      const delayMs = lateTestSet === "empty" ? 0 : resultDelayMs;
      this.#lateResults.after(delayMs, () => this.results.setTested(stored, variant));
    }
  }

  /** One sample that does not fit the impulse, or goes, must not spoil the whole test set. */
  async #classifyOrExplain(
    sample: Sample,
    stored: TrainedImpulse,
    variant: Variant,
    signal: AbortSignal,
  ): Promise<string> {
    try {
      await this.#classify("set", sample, stored, variant, undefined, signal);
      return "";
    } catch (error) {
      if (error instanceof ClassifyError) return `: left out. ${error.message}`;
      if (!signal.aborted && !this.samples.get(sample.projectId, sample.id)) return ": left out. It was deleted.";
      throw error;
    }
  }

  #find(impulseId: number): StoredImpulse {
    const stored = this.impulses.get(impulseId);
    if (!stored) throw new Error(`There is no impulse ${impulseId} any more.`);
    return stored;
  }

  #findTrained(impulseId: number): TrainedImpulse {
    const stored = this.#find(impulseId);
    if (!isTrained(stored)) throw new Error(`The impulse "${stored.design.name}" has not been trained yet.`);
    return stored;
  }
}
