import type { BlockKind, ConfusionMatrix, StudioAccuracy, TestPrediction, TestResult } from "@windowscope/protocol";
import { ANOMALY, NO_ANOMALY, UNCERTAIN, type ClassifiedTestSet } from "@windowscope/sdk";

type Classified = Pick<ClassifiedTestSet, "kinds" | "classes" | "accuracy" | "sampleNames">;

/**
 * Counts how good predictions are, window by window, and puts Studio's own summary beside that.
 *
 * Like Studio, it leaves out windows whose label the impulse does not know. Labels that Studio has counted are known:
 * a project may have words of its own for anomalies.
 */
export function summarise(predictions: readonly TestPrediction[], classified: Classified): TestResult {
  const { kinds, classes, accuracy, sampleNames } = classified;
  const hasMatrix = kinds.some((kind) => ["classes", "anomaly", "anomaly-grid"].includes(kind));
  const known = knownLabels(classified);
  const comparable = predictions.filter(({ expected, isCorrect }) =>
    hasMatrix ? expected !== undefined && known.has(expected) : isCorrect !== undefined,
  );
  const correct = comparable.filter(isRight).length;
  const samples = Math.max(sampleNames.size, new Set(predictions.map(({ sampleId }) => sampleId)).size);
  return {
    kinds,
    samples,
    windows: predictions.length,
    comparable: comparable.length,
    correct,
    accuracy: share(correct, comparable.length),
    matrix: hasMatrix ? countMatrix(comparable, classes, kinds) : undefined,
    studio: studioAccuracy(accuracy, { comparable: comparable.length, windows: predictions.length, samples }),
  };
}

function knownLabels({ kinds, classes, accuracy }: Classified): ReadonlySet<string> {
  const outcomes = seesAnomalies(kinds) ? [ANOMALY, NO_ANOMALY] : [];
  return new Set([...classes, ...outcomes, ...Object.keys(accuracy.summaryPerClass)]);
}

function countMatrix(
  comparable: readonly TestPrediction[],
  classes: readonly string[],
  kinds: readonly BlockKind[],
): ConfusionMatrix {
  const special = [...(classes.length > 0 ? [UNCERTAIN] : []), ...(seesAnomalies(kinds) ? [ANOMALY] : [])];
  const rows = new Set([...classes, ...comparable.flatMap(({ expected }) => expected ?? [])]);
  const columns = new Set([...classes, ...special, ...comparable.map(({ predicted }) => predicted)]);
  const [expected, predicted] = [[...rows], [...columns]];
  const rowOf = new Map(expected.map((label, i) => [label, i]));
  const columnOf = new Map(predicted.map((label, i) => [label, i]));

  const counts = expected.map(() => predicted.map(() => 0));
  const right = expected.map(() => 0);
  for (const prediction of comparable) {
    const row = rowOf.get(prediction.expected as string) as number;
    const column = columnOf.get(prediction.predicted) as number;
    (counts[row] as number[])[column] = (counts[row]?.[column] ?? 0) + 1;
    if (isRight(prediction)) right[row] = (right[row] ?? 0) + 1;
  }
  const perClass = expected.map((label, row) => {
    const column = columnOf.get(label);
    const support = sum(counts[row] ?? []);
    const found = column === undefined ? 0 : sum(counts.map((each) => each[column] ?? 0));
    const precision = share(column === undefined ? 0 : (counts[row]?.[column] ?? 0), found);
    const recall = share(right[row] ?? 0, support);
    return { label, precision, recall, f1: harmonicMean(precision, recall), support };
  });
  return { expected, predicted, counts, perClass };
}

/** What the sum of good and bad counts tells what they count. */
function studioAccuracy(
  accuracy: Classified["accuracy"],
  counted: { readonly comparable: number; readonly windows: number; readonly samples: number },
): StudioAccuracy {
  const { good, bad } = accuracy.totalSummary;
  const total = good + bad;
  const isWindows = total === counted.comparable || total === counted.windows;
  return {
    unit: isWindows ? "windows" : total === counted.samples ? "samples" : "unknown",
    good,
    bad,
    accuracyScore: accuracy.accuracyScore,
    balancedAccuracyScore: accuracy.balancedAccuracyScore,
    anomalyAccuracyScore: accuracy.anomalyAccuracyScore,
    noAnomalyAccuracyScore: accuracy.noAnomalyAccuracyScore,
    mseScore: accuracy.mseScore,
  };
}

/** Studio's word counts: it knows which words the project has for anomalies, and how far a number may be off. */
function isRight({ isCorrect, expected, predicted }: TestPrediction): boolean {
  return isCorrect ?? expected === predicted;
}

function seesAnomalies(kinds: readonly BlockKind[]): boolean {
  return kinds.includes("anomaly") || kinds.includes("anomaly-grid");
}

function share(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}

function harmonicMean(precision: number | undefined, recall: number | undefined): number | undefined {
  if (precision === undefined || recall === undefined) return undefined;
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
