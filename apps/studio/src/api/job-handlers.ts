import type { Schemas } from "@windowscope/sdk/api-types";

import { FAILED_LINE, type Job, type JobFilter, type JobLine } from "../jobs.ts";
import { defaultVariant } from "../impulses.ts";
import type { LocalStudio } from "../local-studio.ts";
import type { Project } from "../projects.ts";
import { RefusedError, type Handlers } from "./handlers.ts";
import { findVariant, lookups } from "./lookups.ts";
import { parseDate, parsePage } from "./parameters.ts";

const MOST_LINES = 1_000;

/** The most important first. */
const LOG_LEVELS = ["error", "warn", "info", "debug"] as const;
type LogLevel = (typeof LOG_LEVELS)[number];

const CATEGORIES = {
  "classify-sample": "Classifying sample",
  "classify-test-set": "Model testing",
  train: "Training",
} as const satisfies Record<Job["task"]["kind"], string>;

/** Serves the jobs of a project, and starts those that classify the whole test set. */
export function jobHandlers(studio: LocalStudio): Handlers {
  const { jobs } = studio;
  const { findTrained, findJob } = lookups(studio);

  /** The newest lines of a job that are important enough, oldest first. */
  function newestLines(
    job: Job,
    { limit = MOST_LINES, logLevel = "debug" }: { readonly limit?: number; readonly logLevel?: LogLevel },
  ) {
    const lines = withLevels(jobs.linesSince(job.id, 0)).filter(
      (line) => LOG_LEVELS.indexOf(line.logLevel) <= LOG_LEVELS.indexOf(logLevel),
    );
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
      const { lines, totalCount } = newestLines(findJob(project, path.jobId), query);
      return {
        stdout: lines.map(({ created, text, logLevel }) => ({ created, data: `${text}\n`, logLevel })).reverse(),
        totalCount,
      };
    },

    downloadJobsLogs: ({ project, path, query }) => {
      const { lines } = newestLines(findJob(project, path.jobId), query);
      return new Response(lines.map(({ text }) => `${text}\n`).join(""), {
        headers: { "content-type": "text/plain; charset=utf-8" },
      });
    },

    cancelJob: ({ project, path }) => {
      jobs.cancel(findJob(project, path.jobId));
      return {};
    },

    updateJob: ({ project, path, body }) => {
      findJob(project, path.jobId);
      if ((body.jobNotificationUids ?? []).length === 0) return {};
      throw new RefusedError("The local Studio has no users whom it could tell of a job's end.");
    },

    getJobsSummary: ({ project, query }) => {
      const filter = { ...datesOf(query), isFinished: true };
      const lengths = new Map<string, number>();
      for (const { task, started, finished } of jobs.list(project.id, filter, { limit: -1, offset: 0 })) {
        const category = CATEGORIES[task.kind];
        const lengthMs = started && finished ? Date.parse(finished) - Date.parse(started) : 0;
        lengths.set(category, (lengths.get(category) ?? 0) + lengthMs);
      }
      return { summary: [...lengths].map(([category, lengthMs]) => ({ category, lengthMs })) };
    },

    // Jobs start no others here: with `rootOnly` and without it the lists are the same.
    listActiveJobs: ({ project }) => listJobs(project, { isFinished: false }, { limit: Infinity }),

    listFinishedJobs: ({ project, query }) => listJobs(project, { ...datesOf(query), isFinished: true }, query),

    listAllJobs: ({ project, query }) => {
      const { key, category: kind, finished } = query;
      const isSuccessful = finished === undefined || finished === "all" ? undefined : finished === "successful";
      return listJobs(project, { ...datesOf(query), key, kind, isSuccessful }, query);
    },
  };
}

/** With how important each line is: why a job failed, and that it did, is an error. */
function withLevels(lines: readonly JobLine[]): (JobLine & { readonly logLevel: LogLevel })[] {
  const failed = lines.findLastIndex(({ text }) => text === FAILED_LINE);
  const isError = (i: number) => failed !== -1 && (i === failed || i === failed - 1);
  return lines.map((line, i) => ({ ...line, logLevel: isError(i) ? "error" : "info" }));
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
