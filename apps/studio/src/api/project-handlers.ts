import type { Schemas } from "@windowscope/sdk/api-types";

import { isComplete } from "../impulses.ts";
import type { LocalStudio } from "../local-studio.ts";
import type { Project } from "../projects.ts";
import type { Category } from "../category.ts";
import type { Board } from "./device-handlers.ts";
import { listDevicesJson } from "./device-json.ts";
import type { Handlers } from "./handlers.ts";
import { impulseJson } from "./impulse-json.ts";
import { lookups } from "./lookups.ts";
import { projectInfoJson, projectJson } from "./project-json.ts";
import { OWNER } from "./sample-json.ts";

/** What projects need to know beyond their database. */
export interface Surroundings {
  readonly issueSocketToken: (projectId: number) => Schemas["SocketToken"];
  readonly studioUrl: () => string;
}

/** Serves projects and their impulses. */
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
        return { totalLengthMs, labels: [...labels], totalLabels: labels.length, dataCount: count };
      };
      const stored = project.defaultImpulseId === undefined ? undefined : impulses.get(project.defaultImpulseId);
      return projectInfoJson(project, {
        hasImpulse: stored !== undefined,
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
  };
}
