import type { Schemas } from "@windowscope/sdk/api-types";

import type { Job, JobFilter, JobLine } from "../jobs.ts";
import { defaultVariant, type LocalStudio } from "../local-studio.ts";
import type { Project } from "../projects.ts";
import type { Handlers } from "./handlers.ts";
import { findVariant, lookups } from "./lookups.ts";
import { parseDate, parsePage } from "./parameters.ts";

const MOST_LINES = 1_000;

const CATEGORIES = {
  "classify-sample": "Classifying sample",
  "classify-test-set": "Model testing",
  train: "Training",
} as const satisfies Record<Job["task"]["kind"], string>;

/** Serves the jobs of a project, and starts those that classify the whole test set. */
export function jobHandlers(studio: LocalStudio): Handlers {
  const { jobs } = studio;
  const { findTrained, findJob } = lookups(studio);

  /** The newest lines of a job, oldest first. */
  function newestLines(job: Job, limit = MOST_LINES): { lines: readonly JobLine[]; totalCount: number } {
    const lines = jobs.linesSince(job.id, 0);
    const wanted = Math.min(MOST_LINES, Math.max(0, limit));
    return { lines: lines.slice(Math.max(0, lines.length - wanted)), totalCount: lines.length };
  }

  function listJobs(project: Project, filter: JobFilter, page: { limit?: number; offset?: number }) {
    return {
      jobs: jobs.list(project.id, filter, parsePage(page)).map(jobJson),
      totalJobCount: jobs.count(project.id, filter),
    };
  }

  return {
    startClassifyJob: ({ project, query, body }) => {
      const stored = findTrained(project, query.impulseId);
      const found = (body.modelVariants ?? []).map((variant) => findVariant(stored, variant));
      const variants = found.length > 0 ? found : [defaultVariant(stored)];
      return { id: jobs.start(project.id, { kind: "classify-test-set", impulseId: stored.id, variants }).id };
    },

    startEvaluateJob: ({ project, query }) => {
      const { id: impulseId, variants } = findTrained(project, query.impulseId);
      return { id: jobs.start(project.id, { kind: "classify-test-set", impulseId, variants }).id };
    },

    getJobStatus: ({ project, path }) => ({ job: jobJson(findJob(project, path.jobId)) }),

    getJobsLogs: ({ project, path, query }) => {
      const { lines, totalCount } = newestLines(findJob(project, path.jobId), query.limit);
      return {
        stdout: lines.map(({ created, text }) => ({ created, data: `${text}\n`, logLevel: "info" })).reverse(),
        totalCount,
      };
    },

    downloadJobsLogs: ({ project, path, query }) => {
      const { lines } = newestLines(findJob(project, path.jobId), query.limit);
      return new Response(lines.map(({ text }) => `${text}\n`).join(""), {
        headers: { "content-type": "text/plain; charset=utf-8" },
      });
    },

    cancelJob: ({ project, path }) => {
      jobs.cancel(findJob(project, path.jobId));
      return {};
    },

    listActiveJobs: ({ project }) => listJobs(project, { isFinished: false }, { limit: Infinity }),

    listFinishedJobs: ({ project, query }) => listJobs(project, { ...datesOf(query), isFinished: true }, query),

    listAllJobs: ({ project, query }) => {
      const { key, category: kind, finished } = query;
      const isSuccessful = finished === undefined || finished === "all" ? undefined : finished === "successful";
      return listJobs(project, { ...datesOf(query), key, kind, isSuccessful }, query);
    },
  };
}

function datesOf({ startDate, endDate }: { startDate?: string; endDate?: string }): JobFilter {
  return {
    from: startDate === undefined ? undefined : parseDate("startDate", startDate),
    until: endDate === undefined ? undefined : parseDate("endDate", endDate),
  };
}

function jobJson({ id, key, task, created, started, finished, isSuccessful }: Job): Schemas["Job"] {
  return {
    id,
    category: CATEGORIES[task.kind],
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
