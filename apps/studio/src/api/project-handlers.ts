import type { Schemas } from "@windowscope/sdk/api-types";

import { BLOCK } from "../impulses.ts";
import type { LocalStudio } from "../local-studio.ts";
import type { Project } from "../projects.ts";
import type { Category } from "../samples.ts";
import { listDevicesJson, type Board } from "./device-handlers.ts";
import { RefusedError, type Handlers } from "./handlers.ts";
import { anomalyThreshold, impulseJson } from "./impulse-json.ts";
import { lookups } from "./lookups.ts";
import { projectInfoJson, projectJson } from "./project-json.ts";
import { OWNER } from "./sample-json.ts";

/** What projects need to know beyond their database. */
export interface Surroundings {
  readonly issueSocketToken: (projectId: number) => Schemas["SocketToken"];
  readonly studioUrl: () => string;
}

/** Serves projects, their impulses, and what the learn blocks know. */
export function projectHandlers(studio: LocalStudio, outside: Surroundings & Board): Handlers {
  const { samples, impulses } = studio;
  const { findImpulse } = lookups(studio);

  function readImpulse(project: Project, impulseId: number | undefined): { impulse?: Schemas["Impulse"] } {
    // A project without an impulse answers nothing, as Studio does; an id that does not exist is an error.
    if (impulseId === undefined && project.defaultImpulseId === undefined) return {};
    return { impulse: impulseJson(findImpulse(project, impulseId)) };
  }

  return {
    listProjects: ({ project }) => ({ projects: [projectJson(project)] }),

    // Keys have no numbers of their own here.
    getCurrentApiKeyInfo: ({ project }) => ({ apiKeyId: project.id, projectId: project.id, role: "admin" }),

    getProjectInfo: ({ project }) => {
      const summary = (category: Category): Schemas["ProjectDataSummary"] => {
        const { count, totalLengthMs, labels } = samples.summarise(project.id, category);
        return { totalLengthMs, labels, totalLabels: labels.length, dataCount: count };
      };
      return projectInfoJson(project, {
        hasImpulse: project.defaultImpulseId !== undefined,
        devices: listDevicesJson(studio, outside, project.id),
        training: summary("training"),
        testing: summary("testing"),
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

    getProjectLastModificationDate: ({ project }) => {
      const [newestSample] = samples.list(project.id, { category: "all" }, { limit: 1, offset: 0 });
      const newestImpulse = impulses.list(project.id).at(-1);
      const [lastModificationDate] = [newestSample?.added, newestImpulse?.created]
        .filter((date) => date !== undefined)
        .sort()
        .reverse();
      return lastModificationDate === undefined ? {} : { lastModificationDate };
    },

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

    getImpulse: ({ project, query }) => readImpulse(project, query.impulseId),

    // No block can be disabled here.
    getImpulseAll: ({ project, query }) => readImpulse(project, query.impulseId),

    getAllImpulses: ({ project }) => ({ impulses: impulses.list(project.id).map(impulseJson), maxImpulseCount: -1 }),

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
  };
}
