import type { Variant } from "@windowscope/engine";

import { defaultVariant, isTrained, type StoredImpulse, type TrainedImpulse } from "../impulses.ts";
import type { Job } from "../jobs.ts";
import type { LocalStudio } from "../local-studio.ts";
import type { Project } from "../projects.ts";
import type { Sample } from "../samples.ts";
import { RefusedError } from "./handlers.ts";

/** Finds what a request names in a local Studio, and refuses what is not there. */
export function lookups({ samples, impulses, jobs }: LocalStudio) {
  function findImpulse(project: Project, impulseId = project.defaultImpulseId): StoredImpulse {
    const stored = impulseId === undefined ? undefined : impulses.get(impulseId);
    if (stored?.projectId === project.id) return stored;
    throw new RefusedError(
      impulseId === undefined
        ? "This project has no impulse yet."
        : `There is no impulse ${impulseId} in this project.`,
    );
  }

  return {
    findImpulse,

    /** One that can classify. */
    findTrained: (project: Project, impulseId?: number): TrainedImpulse => {
      const stored = findImpulse(project, impulseId);
      if (isTrained(stored)) return stored;
      throw new RefusedError(`The impulse "${stored.design.name}" has not been trained yet.`);
    },

    /** Makes sure that no job of these kinds works with an impulse, or is about to. */
    refuseWhileBusy: (stored: StoredImpulse, kinds: readonly Job["task"]["kind"][]): void => {
      const active = jobs.list(stored.projectId, { isFinished: false }, { limit: -1, offset: 0 });
      const busy = active.find(({ task }) => task.impulseId === stored.id && kinds.includes(task.kind));
      if (busy) throw new RefusedError(`Job ${busy.id} works with this impulse. Wait for its end or cancel it.`);
    },

    findSample: (project: Project, sampleId: number): Sample => {
      const sample = samples.get(project.id, sampleId);
      if (sample) return sample;
      throw new RefusedError(`There is no sample ${sampleId} in this project.`);
    },

    findJob: (project: Project, jobId: number): Job => {
      const job = jobs.get(project.id, jobId);
      if (job) return job;
      throw new RefusedError("No job with this ID found");
    },
  };
}

/** The variant that is asked for, or else the one that runs when none is. */
export function findVariant(stored: StoredImpulse, variant: string | undefined): Variant {
  if (variant === undefined) return defaultVariant(stored);
  const available = stored.variants.find((candidate) => candidate === variant);
  if (available) return available;
  throw new RefusedError(`This impulse has no ${variant} model; it has ${stored.variants.join(", ") || "none"}.`);
}
