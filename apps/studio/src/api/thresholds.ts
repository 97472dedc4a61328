import type { Schemas } from "@windowscope/sdk/api-types";

import { BLOCK, type ImpulseDesign } from "../impulses.ts";
import { RefusedError } from "./handlers.ts";

/** The settable thresholds of a learn block. */
export function thresholdsOf(design: ImpulseDesign, blockId: number): Schemas["BlockThreshold"][] {
  const { minimumConfidence, maximumError, anomalyThreshold } = design;
  if (blockId === BLOCK.classifier && minimumConfidence !== undefined) {
    return [
      {
        key: "min_score",
        description: "Minimum confidence",
        helpText: "Below this score the best class of a window is called uncertain.",
        value: minimumConfidence,
      },
    ];
  }
  if (blockId === BLOCK.classifier && maximumError !== undefined) {
    return [
      {
        key: "max_error",
        description: "Maximum error",
        helpText: "Up to this far from its label the value of a window is right.",
        value: maximumError,
      },
    ];
  }
  if (blockId === BLOCK.anomaly && anomalyThreshold !== undefined) {
    return [
      {
        key: "min_anomaly_score",
        description: "Anomaly threshold",
        helpText: "From this score on a window is called an anomaly.",
        value: anomalyThreshold,
      },
    ];
  }
  return [];
}

/** The design with another threshold. @throws {RefusedError} when the block has no such one, or not with this value. */
export function withThreshold(
  design: ImpulseDesign,
  { blockId, key, value }: { readonly blockId: number; readonly key: string; readonly value: number | string },
): ImpulseDesign {
  const thresholds = thresholdsOf(design, blockId);
  if (thresholds.length === 0) throw new RefusedError(`No learning block found with ID ${blockId}`);
  if (!thresholds.some((threshold) => threshold.key === key)) {
    const known = thresholds.map((threshold) => threshold.key).join(", ");
    throw new RefusedError(`Block ${blockId} has no threshold "${key}"; it has ${known}.`);
  }
  if (typeof value !== "number") throw new RefusedError(`"${key}" has to be a number, and is "${value}".`);
  if (blockId !== BLOCK.classifier) return { ...design, anomalyThreshold: value };
  if (design.maximumError !== undefined) {
    if (!(value >= 0)) throw new RefusedError(`"${key}" has to be 0 or more, and is ${value}.`);
    return { ...design, maximumError: value };
  }
  if (value < 0 || value > 1) throw new RefusedError(`"${key}" has to be between 0 and 1, and is ${value}.`);
  return { ...design, minimumConfidence: value };
}
