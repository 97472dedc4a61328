import { setImmediate, setTimeout } from "node:timers/promises";

import type { Variant } from "@windowscope/engine";
import type Database from "libsql";

import { ClassifyError, classifyRecording, type WindowResults } from "./classify.ts";
import { Devices } from "./devices.ts";
import { Impulses, type StoredImpulse } from "./impulses.ts";
import { Jobs, type Job } from "./jobs.ts";
import { Projects } from "./projects.ts";
import { Results } from "./results.ts";
import { Samples, type Sample } from "./samples.ts";

/** Everything the local Studio knows and can do, without any network. */
export class LocalStudio {
  readonly projects: Projects;
  readonly samples: Samples;
  readonly impulses: Impulses;
  readonly results: Results;
  readonly devices: Devices;
  readonly jobs: Jobs;

  /** @param options `leastJobMs`: time that every job spends before its work. */
  constructor(database: Database.Database, { leastJobMs = 0 }: { readonly leastJobMs?: number } = {}) {
    this.projects = new Projects(database);
    this.samples = new Samples(database);
    this.impulses = new Impulses(database);
    this.results = new Results(database);
    this.devices = new Devices(database);
    this.jobs = new Jobs(database, async (job, log, signal) => {
      // Before the work, so that the result is there no sooner than the job is over.
      if (leastJobMs > 0) await setTimeout(leastJobMs, undefined, { signal });
      await this.#runJob(job, log, signal);
    });
  }

  /** The result for a sample: from an earlier time, or worked out now. */
  classify(sample: Sample, stored: StoredImpulse, variant: Variant): WindowResults {
    const known = this.results.find(sample.id, stored.id, variant);
    if (known) return known;
    const results = classifyRecording(stored, variant, this.samples.read(sample));
    this.results.put(sample.id, stored.id, variant, results);
    return results;
  }

  /** Samples that belong to a project's test set. */
  testSet(projectId: number): Sample[] {
    return this.samples.list(projectId, { category: "testing" }, { limit: -1, offset: 0 });
  }

  async #runJob({ task, projectId }: Job, log: (line: string) => void, signal: AbortSignal): Promise<void> {
    const stored = this.impulses.get(task.impulseId);
    if (!stored) throw new Error(`There is no impulse ${task.impulseId} any more.`);
    switch (task.kind) {
      case "classify-sample": {
        const sample = this.samples.get(projectId, task.sampleId);
        if (!sample) throw new Error(`There is no sample ${task.sampleId} any more.`);
        log(`Classifying ${sample.filename} (${task.variant})...`);
        const { classifier, anomaly, warning } = this.classify(sample, stored, task.variant);
        log(`${(classifier ?? anomaly ?? []).length} windows`);
        if (warning) log(warning);
        break;
      }
      case "classify-test-set": {
        const samples = this.testSet(projectId);
        for (const variant of task.variants) {
          for (const [i, sample] of samples.entries()) {
            // Between two samples the HTTP server gets its turn.
            await setImmediate();
            if (signal.aborted) return;
            const place = `[${String(i + 1).padStart(4)}/${samples.length}] ${sample.filename} (${variant})`;
            log(place + this.#classifyOrExplain(sample, stored, variant));
          }
        }
        break;
      }
      default:
        task satisfies never;
    }
  }

  /** One sample that does not fit the impulse must not spoil the whole test set. */
  #classifyOrExplain(sample: Sample, stored: StoredImpulse, variant: Variant): string {
    try {
      this.classify(sample, stored, variant);
      return "";
    } catch (error) {
      if (!(error instanceof ClassifyError)) throw error;
      return `: left out. ${error.message}`;
    }
  }
}

/** The variant that runs when none is asked for: Studio's float32, or what there is. */
export function defaultVariant({ variants }: StoredImpulse): Variant {
  return variants.includes("int8") && !variants.includes("float32") ? "int8" : "float32";
}
