import { expectedLabel, isMismatch, VERDICT, verdictName, type BlockKind, type RunResult } from "@windowscope/protocol";
import { describe, expect, it } from "vitest";

import { RESULT } from "./fixtures.ts";
import { createJudge, createMatcher, MATCH, NO_LABEL, specialCodes } from "./judge.ts";
import { WindowLabels } from "./window-labels.ts";

type Model = Pick<RunResult, "classes" | "kinds" | "thresholds">;

/** The server's rule in its own words: an anomaly wins, else the first block has its say. */
function verdictByName({ classes, kinds, thresholds }: Model, scores: readonly number[], anomaly: number): string {
  if (thresholds.anomaly !== undefined && anomaly >= thresholds.anomaly) return "anomaly";
  const highest = Math.max(...scores);
  const best = classes[scores.indexOf(highest)];
  switch (kinds[0]) {
    case "classes":
      return best !== undefined && highest >= (thresholds.minimumConfidence ?? 0) ? best : "uncertain";
    case "objects":
      return best !== undefined && highest > 0 && highest >= (thresholds.minimumObjectScore ?? 0) ? best : "no object";
    case "value":
    case "texts":
      return kinds[0];
    default:
      return Number.isNaN(anomaly) ? "uncertain" : "no anomaly";
  }
}

const kindsOf: readonly (readonly BlockKind[])[] = [
  ["classes"],
  ["classes", "anomaly"],
  ["objects"],
  ["anomaly"],
  ["anomaly-grid"],
  ["value", "anomaly"],
  ["texts"],
];

describe("createJudge", () => {
  it.each(kindsOf)("calls windows of an impulse with %s %s what the server would", (...kinds) => {
    const classes = ["idle", "wave", "snake"];
    for (let step = 0; step <= 10; step++) {
      const limit = step / 10;
      const thresholds = { minimumConfidence: limit, anomaly: limit, minimumObjectScore: limit };
      const judge = createJudge({ classes, kinds, thresholds: {} }, thresholds);
      for (let i = 0; i < 200; i++) {
        const scores = classes.map((_, row) => ((i * (row + 3)) % 11) / 10);
        const anomaly = i % 7 === 0 ? NaN : (i % 13) / 10;
        const best = scores.indexOf(Math.max(...scores));
        const code = judge?.(best, scores[best] as number, anomaly) ?? -1;

        expect(verdictName(classes, code)).toBe(verdictByName({ classes, kinds, thresholds }, scores, anomaly));
      }
    }
  });

  it("leaves the server's verdicts where no limit differs", () => {
    expect(createJudge(RESULT, undefined)).toBeUndefined();
    expect(createJudge(RESULT, { minimumConfidence: 0.6 })).toBeUndefined();
    expect(createJudge(RESULT, { minimumConfidence: 0.7 })).toBeTypeOf("function");
  });

  it("leaves them where nobody can say which classes are those of a classifier", () => {
    const model: Model = { classes: ["a", "b"], kinds: ["classes", "objects"], thresholds: {} };

    expect(createJudge(model, { minimumConfidence: 0.9 })).toBeUndefined();
  });

  it("uses the class where one is called as a verdict is", () => {
    expect(specialCodes(["anomaly", "uncertain"])).toEqual({ anomaly: 0, uncertain: 1 });
    expect(specialCodes(["a"])).toEqual({ anomaly: VERDICT.anomaly, uncertain: VERDICT.uncertain });
  });
});

describe("createMatcher", () => {
  const codes = [0, 1, VERDICT.uncertain, VERDICT.anomaly, VERDICT.noAnomaly, VERDICT.noObject, VERDICT.texts];

  it.each([...kindsOf, []])("compares as the protocol does, for an impulse with %s %s", (...kinds) => {
    const model: Model = { classes: ["idle", "wave"], kinds, thresholds: { maximumError: 0.5 } };
    const labels = ["idle", "wave", "anomaly", "other", "12.5"];
    const match = createMatcher(model, undefined, labels);
    for (const [label, name] of [...labels.entries(), [NO_LABEL, undefined] as const]) {
      for (const code of codes) {
        const wanted = isMismatch(model, name, verdictName(model.classes, code));
        const how = wanted === undefined ? MATCH.cannotSay : wanted ? MATCH.mismatch : MATCH.asLabelled;

        expect({ name, code, how: match(label, code, NaN) }).toEqual({ name, code, how });
      }
    }
  });

  it.each([
    [12, undefined, MATCH.asLabelled],
    [13, undefined, MATCH.asLabelled],
    [13.25, undefined, MATCH.mismatch],
    [13.25, { maximumError: 1 }, MATCH.asLabelled],
    [NaN, undefined, MATCH.cannotSay],
  ])("compares the value %d of a regression with its label, by the limits %o", (value, thresholds, how) => {
    const model: Model = { classes: [], kinds: ["value"], thresholds: { maximumError: 0.5 } };

    expect(createMatcher(model, thresholds, ["12.5"])(0, VERDICT.value, value)).toBe(how);
    expect(createMatcher(model, thresholds, ["cold"])(0, VERDICT.value, value)).toBe(MATCH.cannotSay);
  });
});

describe("WindowLabels", () => {
  const spans = [
    { startMs: 0, endMs: 1000, label: "idle" },
    { startMs: 1000, endMs: 2000, label: "wave" },
    { startMs: 2500, endMs: 3000, label: "idle" },
  ];

  it.each([
    { what: "in order", expected: spans },
    { what: "that overlap", expected: [...spans, { startMs: 500, endMs: 5000, label: "other" }] },
    { what: "of which there are none", expected: [] },
  ])("finds the label that the protocol finds, among spans $what", ({ expected }) => {
    const labels = new WindowLabels(expected);
    for (const ms of [-1, 0, 0.5, 999, 1000, 1000.5, 2000, 2000.1, 2500, 2600, 3000, 3000.1, 6000]) {
      expect(labels.nameOf(labels.codeAt(ms))).toBe(expectedLabel({ expected }, ms));
    }
  });
});
