import type { Schemas } from "./api-types.ts";

type Block = Schemas["ClassifySampleResponseClassification"];

/** The verdict on a window whose best class scores below the minimum confidence. */
export const UNCERTAIN = "uncertain";
/** The verdict on a window whose anomaly score reaches the limit. */
export const ANOMALY = "anomaly";
/** The verdict of an anomaly block alone on a window that is none. */
export const NO_ANOMALY = "no anomaly";
/** The verdict of an object detector that finds nothing. */
export const NO_OBJECT = "no object";

/** What a block says about a window. */
export type BlockKind = "classes" | "anomaly" | "value" | "objects" | "anomaly-grid" | "texts";

/** Something in a picture; in pixels or in shares of its size, as Studio gives it. */
export interface Box {
  readonly label: string;
  /** From 0 to 1; of an anomaly, as high as it gets. */
  readonly score: number;
  /** Left edge; `y` is the upper one. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One window as one block sees it. */
export interface BlockWindow {
  readonly scores?: readonly number[];
  readonly anomaly?: number | undefined;
  readonly value?: number | undefined;
  readonly boxes?: readonly Box[];
  readonly grid?: readonly (readonly number[])[];
  readonly texts?: Readonly<Record<string, string>>;
  readonly debugInfo?: string | undefined;
  /** Absent for a block that has no opinion on this window. */
  readonly verdict?: string;
  readonly reason?: string;
}

const KINDS: Readonly<Record<string, BlockKind>> = {
  keras: "classes",
  "keras-transfer-image": "classes",
  "keras-transfer-kws": "classes",
  "keras-akida": "classes",
  "keras-akida-transfer-image": "classes",
  anomaly: "anomaly",
  "anomaly-gmm": "anomaly",
  "keras-anomaly": "anomaly",
  "keras-regression": "value",
  "keras-object-detection": "objects",
  "keras-akida-object-detection": "objects",
  "keras-visual-anomaly": "anomaly-grid",
  "keras-freeform": "texts",
  vlm: "texts",
};

/** What a block says; `undefined` for a kind that came after this version. */
export function kindOf({ learnBlock }: Block): BlockKind | undefined {
  return KINDS[learnBlock.type];
}

/** The block's only threshold; older versions have no list of them, and newer ones keep the old field. */
export function thresholdOf({ thresholds, minimumConfidenceRating }: Block): number {
  const value = thresholds?.length === 1 ? Number(thresholds[0]?.value) : NaN;
  return Number.isNaN(value) ? minimumConfidenceRating : value;
}

export function classesOf(block: Block | undefined): readonly string[] {
  return Object.keys(block?.result[0] ?? {}).filter((key) => key !== "anomaly");
}

/** Reads one window of one block. */
export function readBlockWindow(block: Block, kind: BlockKind, index: number, classes: readonly string[]): BlockWindow {
  const result: Readonly<Record<string, number>> = block.result[index] ?? {};
  const limit = thresholdOf(block);
  switch (kind) {
    case "classes":
      return readClasses(result, classes, limit);
    case "anomaly":
      return { anomaly: result.anomaly, ...judgeAnomaly(result.anomaly, limit) };
    case "value": {
      const [value] = Object.values(result);
      return { value, verdict: String(value), reason: `errors up to ${limit} count as right` };
    }
    case "objects":
      return readObjects(block.structuredResult?.[index], limit);
    case "anomaly-grid": {
      const grid = block.anomalyResult?.[index];
      return {
        anomaly: grid?.maxScore,
        boxes: grid?.boxes ?? [],
        grid: grid?.scores ?? [],
        ...judgeAnomaly(grid?.maxScore, limit),
      };
    }
    case "texts": {
      const texts = block.labelMapResult?.[index] ?? {};
      return { texts, verdict: Object.values(texts).join(", "), reason: "the model's own words" };
    }
    default:
      return kind satisfies never;
  }
}

/** Studio's own rule: the best class, unless its score is below the minimum confidence. */
function readClasses(
  result: Readonly<Record<string, number>>,
  classes: readonly string[],
  minimumConfidence: number,
): BlockWindow {
  const scores = classes.map((label) => result[label] ?? 0);
  const highest = Math.max(...scores);
  const best = classes[scores.indexOf(highest)] ?? UNCERTAIN;
  const isCertain = highest >= minimumConfidence;
  return {
    scores,
    // Some answers carry the score merged into the classifier's own map.
    anomaly: result.anomaly,
    verdict: isCertain ? best : UNCERTAIN,
    reason: `${best} ${round(highest)} ${isCertain ? "reaches" : "is below"} ${minimumConfidence}`,
  };
}

function judgeAnomaly(score: number | undefined, limit: number): Pick<BlockWindow, "verdict" | "reason"> {
  if (score === undefined) return {};
  const isOver = score >= limit;
  const reason = `anomaly score ${round(score)} ${isOver ? "reaches" : "is below"} ${limit}`;
  return { verdict: isOver ? ANOMALY : NO_ANOMALY, reason };
}

function readObjects(found: Schemas["StructuredClassifyResult"] | undefined, limit: number): BlockWindow {
  const boxes = (found?.boxes ?? [])
    .map(([x = 0, y = 0, width = 0, height = 0], i): Box => {
      return { label: found?.labels?.[i] ?? "", score: found?.scores[i] ?? 0, x, y, width, height };
    })
    .filter(({ score }) => score >= limit)
    .sort((a, b) => b.score - a.score);
  const [best] = boxes;
  return {
    boxes,
    debugInfo: found?.debugInfoJson,
    verdict: best?.label ?? NO_OBJECT,
    reason: best ? `${boxes.length} found, ${best.label} ${round(best.score)} the surest` : `nothing reaches ${limit}`,
  };
}

function round(score: number): string {
  return score.toFixed(3);
}
