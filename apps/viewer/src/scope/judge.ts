/**
 * The server's rule for verdicts, on codes: what a window is called by given limits, and whether its label agrees.
 *
 * The server judges each window once, by the limits of its run. To move a limit on the screen, the same must be said
 * again here, for a million windows at once; the tests hold it against the verdicts of the server.
 */
import { isMismatch, VERDICT, type RunResult } from "@windowscope/protocol";

import type { Thresholds } from "./scope-port.ts";

/** How a verdict stands to the window's label. */
export const MATCH = { asLabelled: 0, mismatch: 1, cannotSay: 2 } as const;

/** Label of a window that has none. */
export const NO_LABEL = 0xffff;

/**
 * What a window is called, as a code.
 *
 * @param best The class with the highest score, the first of equals; of no class any number.
 * @param anomaly NaN where there is none.
 */
export type Judge = (best: number, bestScore: number, anomaly: number) => number;

/**
 * How a verdict stands to a label: one of `MATCH`.
 *
 * @param value Of a regression; NaN elsewhere.
 */
export type Matcher = (label: number, verdict: number, value: number) => number;

/** Verdicts that mean the same in every run. */
export interface SpecialCodes {
  readonly uncertain: number;
  readonly anomaly: number;
}

type Model = Pick<RunResult, "classes" | "thresholds"> & Partial<Pick<RunResult, "kinds">>;

/** Their codes; a class of the same name takes their place, as the server has it. */
export function specialCodes(classes: readonly string[]): SpecialCodes {
  const [uncertain, anomaly] = [classes.indexOf("uncertain"), classes.indexOf("anomaly")];
  return {
    uncertain: uncertain === -1 ? VERDICT.uncertain : uncertain,
    anomaly: anomaly === -1 ? VERDICT.anomaly : anomaly,
  };
}

/**
 * A function that gives windows their verdicts by other limits than those of the run.
 *
 * @param thresholds Over those of the run.
 * @returns `undefined` where the server's own verdicts stand: nothing differs from the run's limits, or nobody can say
 *   which of the classes decides.
 */
export function createJudge(model: Model, thresholds: Thresholds | undefined): Judge | undefined {
  const limits = { ...model.thresholds, ...thresholds };
  const { kinds = [] } = model;
  if (isSame(limits, model.thresholds)) return undefined;
  // Classes of a classifier and labels of objects stand in one list, and nothing says where one ends.
  if (kinds.includes("classes") && kinds.includes("objects")) return undefined;

  const judgeWithoutAnomaly = createJudgeOfFirstBlock(model, limits);
  const { anomaly: limit } = limits;
  if (limit === undefined) return judgeWithoutAnomaly;
  const code = specialCodes(model.classes).anomaly;
  return (best, bestScore, anomaly) => (anomaly >= limit ? code : judgeWithoutAnomaly(best, bestScore, anomaly));
}

/** Without an anomaly the first block has its say. */
function createJudgeOfFirstBlock(
  { classes, kinds = [] }: Model,
  { minimumConfidence = 0, minimumObjectScore = 0 }: Thresholds,
): Judge {
  const { uncertain } = specialCodes(classes);
  switch (kinds[0] ?? "classes") {
    case "classes":
      if (classes.length === 0) return () => uncertain;
      return (best, bestScore) => (bestScore >= minimumConfidence ? best : uncertain);
    case "objects":
      // A score of 0 is that of an object that is not there.
      return (best, bestScore) => (bestScore > 0 && bestScore >= minimumObjectScore ? best : VERDICT.noObject);
    case "anomaly":
    case "anomaly-grid":
      return (_best, _bestScore, anomaly) => (Number.isNaN(anomaly) ? uncertain : VERDICT.noAnomaly);
    case "value":
      return () => VERDICT.value;
    case "texts":
      return () => VERDICT.texts;
  }
}

/**
 * A function that compares verdicts with labels.
 *
 * @param labels What the codes of labels stand for.
 */
export function createMatcher(model: Model, thresholds: Thresholds | undefined, labels: readonly string[]): Matcher {
  const { classes, kinds = [] } = model;
  const limits = { ...model.thresholds, ...thresholds };
  if (kinds.includes("value") && !kinds.includes("classes") && !kinds.includes("objects")) {
    const { maximumError = 0 } = limits;
    const targets = labels.map(Number);
    return (label, verdict, value) => {
      const error = verdict === VERDICT.value ? Math.abs(value - (targets[label] ?? NaN)) : NaN;
      if (Number.isNaN(error)) return MATCH.cannotSay;
      return error > maximumError ? MATCH.mismatch : MATCH.asLabelled;
    };
  }
  // Asked for once a label: texts need not be compared for every window.
  const { anomaly } = specialCodes(classes);
  const wanted = labels.map((label) => {
    const canSay = isMismatch({ classes, kinds, thresholds: limits }, label, label) !== undefined;
    if (!canSay) return -1;
    return label === "anomaly" ? anomaly : classes.indexOf(label);
  });
  return (label, verdict) => {
    const code = wanted[label] ?? -1;
    if (code === -1) return MATCH.cannotSay;
    return code === verdict ? MATCH.asLabelled : MATCH.mismatch;
  };
}

function isSame(a: Thresholds, b: Thresholds): boolean {
  const keys = ["minimumConfidence", "anomaly", "maximumError", "minimumObjectScore"] as const;
  return keys.every((key) => a[key] === b[key]);
}
