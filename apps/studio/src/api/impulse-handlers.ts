import type { Schemas } from "@windowscope/sdk/api-types";

import {
  BLOCK,
  defaultVariant,
  isComplete,
  isTrained,
  newestTraining,
  processingBlockId,
  type StoredImpulse,
} from "../impulses.ts";
import type { LocalStudio } from "../local-studio.ts";
import type { Project } from "../projects.ts";
import { RefusedError, type Handlers } from "./handlers.ts";
import { impulseJson, learnBlocksOf } from "./impulse-json.ts";
import { parseDesign } from "./impulse-request.ts";
import { anomalyJson, anomalyMetadataJson, kerasJson, kerasMetadataJson } from "./learn-json.ts";
import { lookups } from "./lookups.ts";
import { frequencyOf } from "./sample-json.ts";
import { withThreshold } from "./thresholds.ts";

/** Serves the impulses of a project: their blocks and their thresholds. */
export function impulseHandlers(studio: LocalStudio): Handlers {
  const { impulses, jobs, projects, results, samples, statistics } = studio;
  const { findImpulse, findTrained, refuseWhileBusy } = lookups(studio);

  function readImpulse(project: Project, impulseId: number | undefined): { impulse?: Schemas["Impulse"] } {
    // A project without an impulse answers nothing, as Studio does; an id that does not exist is an error.
    if (impulseId === undefined && project.defaultImpulseId === undefined) return {};
    return { impulse: impulseJson(findImpulse(project, impulseId)) };
  }

  /** The variants that have classified the test set, with these thresholds or with others. */
  function testedVariants(stored: StoredImpulse) {
    const variants = stored.variants.length > 0 ? stored.variants : [defaultVariant(stored)];
    return variants.filter((variant) => results.testedState(stored, variant) !== "not-tested");
  }

  function startTestSetJob(stored: StoredImpulse, variants: StoredImpulse["variants"]): number {
    return jobs.start(stored.projectId, { kind: "classify-test-set", impulseId: stored.id, variants }).id;
  }

  function detailedImpulseJson(stored: StoredImpulse): Schemas["DetailedImpulse"] {
    const training = statistics.summarise(stored.projectId, "training");
    const blockIds = learnBlocksOf(stored).map(({ id }) => id);
    const [kerasMetadata, anomalyMetadata] = [kerasMetadataJson(stored), anomalyMetadataJson(stored)];
    // Samples that changed, or went, do not show: only what has been added since.
    const addedSince = () => samples.count(stored.projectId, { category: "training", from: newestTraining(stored) });
    return {
      impulse: impulseJson(stored),
      metrics: [],
      dspBlockConfigs: stored.design.blocks.map(({ parameters }, place) => ({
        blockId: processingBlockId(place),
        config: { ...parameters },
      })),
      learnBlockKerasConfigs: blockIds.includes(BLOCK.classifier)
        ? [
            {
              blockId: BLOCK.classifier,
              config: { ...kerasJson(stored, training) },
              ...(kerasMetadata && { metadata: { ...kerasMetadata } }),
            },
          ]
        : [],
      learnBlockAnomalyConfigs: blockIds.includes(BLOCK.anomaly)
        ? [
            {
              blockId: BLOCK.anomaly,
              config: { ...anomalyJson(stored, training) },
              ...(anomalyMetadata && { metadata: { ...anomalyMetadata } }),
            },
          ]
        : [],
      postProcessingBlockConfigs: [],
      isStale: isTrained(stored) && addedSince() > 0,
      configured: true,
      complete: isComplete(stored),
      tags: [],
    };
  }

  return {
    getImpulse: ({ project, query }) => readImpulse(project, query.impulseId),

    // No block can be disabled here.
    getImpulseAll: ({ project, query }) => readImpulse(project, query.impulseId),

    getAllImpulses: ({ project }) => ({ impulses: impulses.list(project.id).map(impulseJson), maxImpulseCount: -1 }),

    getAllDetailedImpulses: ({ project }) => ({
      impulses: impulses.list(project.id).map(detailedImpulseJson),
      metricKeysByCategory: [],
      extraTableColumns: [],
    }),

    createImpulse: ({ project, query: { impulseId = project.defaultImpulseId }, body }) => {
      const before = impulseId === undefined ? undefined : findImpulse(project, impulseId);
      const longest = samples.longest(project.id, "training");
      const design = parseDesign(body, before?.design, longest && frequencyOf(longest.intervalMs));
      if (before) {
        refuseWhileBusy(before, ["classify-sample", "classify-test-set", "train"]);
        impulses.setDesign(before.id, design);
        return { id: before.id };
      }
      const { id } = impulses.addDesign(project.id, design);
      projects.setDefaultImpulse(project.id, id);
      return { id };
    },

    deleteImpulse: ({ project, query }) => {
      const stored = findImpulse(project, query.impulseId);
      refuseWhileBusy(stored, ["classify-sample", "classify-test-set", "train"]);
      impulses.delete(stored.id);
      if (stored.id === project.defaultImpulseId) {
        projects.setDefaultImpulse(project.id, impulses.list(project.id).at(-1)?.id);
      }
      return {};
    },

    setImpulseThresholds: ({ project, path, body }) => {
      const stored = findImpulse(project, path.impulseId);
      refuseWhileBusy(stored, ["classify-test-set"]);
      const design = body.thresholds.reduce(withThreshold, stored.design);
      const tested = testedVariants(stored);
      impulses.setDesign(stored.id, design);
      if (tested.length === 0)
        return { hadModelTestingResults: false, regenerateModelTestingStatus: "not_regenerated" };
      if (!body.allowCreatingRegenerateModelTestingJobs) {
        return { hadModelTestingResults: true, regenerateModelTestingStatus: "requires_job" };
      }
      return {
        hadModelTestingResults: true,
        regenerateModelTestingStatus: "started_job",
        regenerateModelTestingResultsJobId: startTestSetJob(stored, tested),
      };
    },

    regenerateModelTestingSummary: ({ project, path }) => {
      const stored = findTrained(project, path.impulseId);
      const tested = testedVariants(stored);
      if (tested.length > 0) return { id: startTestSetJob(stored, tested) };
      throw new RefusedError("No model testing results found, run 'startClassifyJob' first");
    },
  };
}
