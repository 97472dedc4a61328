import { BLOCK, type StoredImpulse } from "../impulses.ts";
import type { LocalStudio } from "../local-studio.ts";
import type { Project } from "../projects.ts";
import { RefusedError, type Handlers } from "./handlers.ts";
import { learnBlocksOf } from "./impulse-json.ts";
import { anomalyJson, anomalyMetadataJson, gmmMetadataJson, kerasJson, kerasMetadataJson } from "./learn-json.ts";
import { lookups } from "./lookups.ts";

/** Serves what the learn blocks of the default impulse are designed with, and what they know. */
export function learnHandlers(studio: LocalStudio): Handlers {
  const { statistics } = studio;
  const { findImpulse } = lookups(studio);

  /** The default impulse, when the learn block is one of its and of this kind. */
  function findWithBlock(project: Project, learnId: number, kind: "network" | "anomaly"): StoredImpulse {
    const stored = findImpulse(project);
    const block = learnBlocksOf(stored).find(({ id }) => id === learnId);
    const wanted = kind === "anomaly" ? BLOCK.anomaly : BLOCK.classifier;
    if (block?.id === wanted) return stored;
    throw new RefusedError(`No learning block found with ID ${learnId}`);
  }

  return {
    getAnomalyMetadata: ({ project, path }) => {
      const metadata = anomalyMetadataJson(findWithBlock(project, path.learnId, "anomaly"));
      return metadata ?? refuseUntrained(path.learnId);
    },

    getAnomaly: ({ project, path }) => {
      const stored = findWithBlock(project, path.learnId, "anomaly");
      return anomalyJson(stored, statistics.summarise(project.id, "training"));
    },

    getGmmMetadata: ({ project, path }) => {
      const stored = findWithBlock(project, path.learnId, "anomaly");
      if (stored.design.anomalyModel === "gmm") return gmmMetadataJson(stored) ?? refuseUntrained(path.learnId);
      throw new RefusedError(
        `Block ${path.learnId} is K-means and no Gaussian mixture; getAnomalyMetadata answers its clusters.`,
      );
    },

    getKerasMetadata: ({ project, path, query }) => {
      const metadata = kerasMetadataJson(findWithBlock(project, path.learnId, "network"));
      if (!metadata) refuseUntrained(path.learnId);
      return { ...metadata, ...(query.excludeLabels && { labels: [] }) };
    },

    getKeras: ({ project, path }) => {
      const stored = findWithBlock(project, path.learnId, "network");
      return kerasJson(stored, statistics.summarise(project.id, "training"));
    },

    downloadLearnModel: ({ project, path }) => {
      const isKnown = learnBlocksOf(findImpulse(project)).some(({ id }) => id === path.learnId);
      throw new RefusedError(
        isKnown
          ? "The local Studio hands out no TensorFlow files; GET /windowscope/impulses answers the whole impulse as JSON."
          : `No learning block found with ID ${path.learnId}`,
      );
    },
  };
}

function refuseUntrained(learnId: number): never {
  throw new RefusedError(`The learning block ${learnId} has not been trained yet.`);
}
