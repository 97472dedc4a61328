import type { Schemas } from "@windowscope/sdk/api-types";

import { isComplete } from "../impulses.ts";
import type { LocalStudio } from "../local-studio.ts";
import type { Category } from "../category.ts";
import type { Board } from "./device-handlers.ts";
import { listDevicesJson } from "./device-json.ts";
import { RefusedError, type Handlers } from "./handlers.ts";
import { lookups } from "./lookups.ts";
import { projectInfoJson, projectJson } from "./project-json.ts";
import { frequencyOf, OWNER } from "./sample-json.ts";

/** What projects need to know beyond their database. */
export interface Surroundings {
  readonly issueSocketToken: (projectId: number) => Schemas["SocketToken"];
  readonly studioUrl: () => string;
}

/** Serves projects. */
export function projectHandlers(studio: LocalStudio, outside: Surroundings & Board): Handlers {
  const { samples, statistics, impulses } = studio;
  const { findImpulse } = lookups(studio);

  return {
    listProjects: ({ project }) => ({ projects: [projectJson(project)] }),

    // Keys have no numbers of their own here.
    getCurrentApiKeyInfo: ({ project }) => ({ apiKeyId: project.id, projectId: project.id, role: "admin" }),

    getProjectInfo: ({ project }) => {
      const summary = (category: Category): Schemas["ProjectDataSummary"] => {
        const { count, totalLengthMs, labels } = statistics.summarise(project.id, category);
        return { totalLengthMs, labels: [...labels], totalLabels: labels.length, dataCount: count };
      };
      const stored = project.defaultImpulseId === undefined ? undefined : impulses.get(project.defaultImpulseId);
      return projectInfoJson(project, {
        hasImpulse: stored !== undefined,
        newestSample: samples.list(project.id, { category: "all" }, { limit: 1, offset: 0 })[0],
        isTrained: stored !== undefined && isComplete(stored),
        devices: listDevicesJson(studio, outside.remoteManagement, project.id),
        training: summary("training"),
        testing: summary("testing"),
        validation: summary("validation"),
        postProcessing: summary("post-processing"),
        studioUrl: outside.studioUrl(),
      });
    },

    getProjectInfoSummary: ({ project: { id, name } }) => ({
      id,
      owner: OWNER,
      name,
      studioUrl: outside.studioUrl(),
      viewCount: 0,
      cloneCount: 0,
    }),

    getProjectLastModificationDate: ({ project: { modified } }) =>
      modified === undefined ? {} : { lastModificationDate: modified },

    getProjectRecommendedDataInterval: ({ project }) => {
      const longest = samples.longest(project.id, "training");
      if (!longest) throw new RefusedError("There is no sample in the training set.");
      const { intervalMs } = longest;
      return { intervalMs, frequencyHz: frequencyOf(intervalMs), byDatastream: [] };
    },

    // A sample counts as processed as soon as it is there.
    getProjectDataAxesSummary: ({ project, query: { includeDisabled = true } }) => ({
      dataAxisSummary: statistics.lengthByAxis(project.id, "training", includeDisabled),
    }),

    getModelVariants: ({ project, query }) => ({
      modelVariants: findImpulse(project, query.impulseId).variants.map((variant, i) => ({
        variant,
        isReferenceVariant: i === 0,
        isEnabled: true,
        isSelected: i === 0,
      })),
    }),

    getHmacDevkey: ({ project: { hmacKey } }) => ({ hmacKey }),

    getSocketToken: ({ project }) => ({ token: outside.issueSocketToken(project.id) }),
  };
}
