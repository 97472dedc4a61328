import type { Schemas } from "@windowscope/sdk/api-types";

import { alignTable } from "./aligned-table.ts";
import { followJob } from "./follow-job.ts";
import { ProgramError } from "./program-error.ts";
import { startProgress } from "./progress.ts";
import type { ProjectAnswer, StudioConnection } from "./studio-connection.ts";

export interface TrainWishes {
  /** Instead of the project's default impulse. */
  readonly impulseId?: number | undefined;
  /** Of the impulse that is designed. */
  readonly name?: string | undefined;
  /** Whether to design another impulse although there is one. */
  readonly isNew: boolean;
}

interface TestResult {
  readonly accuracy: Schemas["ClassifyJobAccuracy"];
  /** One for each window. */
  readonly predictions: readonly unknown[];
}

interface Output {
  readonly print: (line: string) => void;
  /** Cancels the job that runs. */
  readonly signal: AbortSignal;
}

/**
 * Trains an impulse on the training set, having designed one if need be, and tries it on the test set.
 *
 * @throws {ProgramError} when the samples do not suffice.
 */
export async function train(studio: StudioConnection, wishes: TrainWishes, output: Output): Promise<void> {
  const { print, signal } = output;
  const project = await studio.readProject();
  const impulseId = await chooseImpulse(studio, project, wishes, print);
  const untrained = describeUntrained(project.samples);
  if (untrained !== undefined) print(untrained);
  const { projectId } = project;
  const retrain = `/v1/api/${projectId}/jobs/retrain?impulseId=${impulseId}`;
  const { id: jobId } = await studio.call<{ id: number }>("POST", retrain);
  await followJob(studio, { projectId, jobId }, print, signal);

  const testSamples = project.samples
    .filter(({ category }) => category === "testing")
    .reduce((sum, { count }) => sum + count, 0);
  if (testSamples === 0) {
    print("\nThe impulse is trained. There is no test set to try it on: import recordings with --category testing.");
    return;
  }
  const { accuracy, predictions } = await classifyTestSet(studio, { projectId, impulseId, testSamples }, signal);
  print("");
  for (const line of describeAccuracy(accuracy, predictions.length)) print(line);
}

async function chooseImpulse(
  studio: StudioConnection,
  { impulses }: ProjectAnswer,
  { impulseId, name, isNew }: TrainWishes,
  print: (line: string) => void,
): Promise<number> {
  if (impulseId !== undefined) {
    if (impulses.some(({ id }) => id === impulseId)) return impulseId;
    const known = impulses.map(({ id, name: other }) => `${id} "${other}"`).join(", ") || "none";
    throw new ProgramError(`The project has no impulse ${impulseId}; it has ${known}.`);
  }
  const current = impulses.find(({ isDefault }) => isDefault);
  if (current && !isNew && name !== undefined) {
    throw new ProgramError(`--name names an impulse that is designed, and there is one: "${current.name}". Add --new.`);
  }
  if (current && !isNew) {
    print(`Training impulse ${current.id} "${current.name}"; --new designs another one.`);
    return current.id;
  }
  const designed = await studio.call<{
    impulseId: number;
    name: string;
    input: { axes: readonly string[]; frequencyHz: number; windowSizeMs: number; windowIncreaseMs: number };
  }>("POST", "/windowscope/impulses/design", { name });
  const { axes, frequencyHz, windowSizeMs, windowIncreaseMs } = designed.input;
  print(
    `Designed impulse ${designed.impulseId} "${designed.name}": ${axes.join(", ")} at ${frequencyHz} Hz, ` +
      `windows of ${windowSizeMs} ms every ${windowIncreaseMs} ms.`,
  );
  return designed.impulseId;
}

async function classifyTestSet(
  studio: StudioConnection,
  { projectId, impulseId, testSamples }: { projectId: number; impulseId: number; testSamples: number },
  signal: AbortSignal,
): Promise<TestResult> {
  const started = await studio.call<{ id: number }>(
    "POST",
    `/v1/api/${projectId}/jobs/classify?impulseId=${impulseId}`,
    {},
  );
  const progress = startProgress("samples of the test set", testSamples);
  try {
    const onLine = (line: string) => {
      const place = /^\[ *(\d+)\/\d+\]/.exec(line)?.[1];
      if (place !== undefined) progress.update(Number(place));
      if (line.includes(": left out. ")) progress.write(line);
    };
    await followJob(studio, { projectId, jobId: started.id }, onLine, signal);
  } finally {
    progress.stop();
  }
  return studio.call<TestResult>(
    "GET",
    `/v1/api/${projectId}/classify/all/result?impulseId=${impulseId}&featureExplorerOnly=true`,
  );
}

/** What nobody can learn because only the test set shows it, in words; `undefined` when there is no such label. */
export function describeUntrained(samples: ProjectAnswer["samples"]): string | undefined {
  const labelsOf = (category: string) =>
    new Set(samples.filter((each) => each.category === category && each.label !== "").map(({ label }) => label));
  const trained = labelsOf("training");
  const untrained = [...labelsOf("testing")].filter((label) => !trained.has(label));
  if (untrained.length === 0) return undefined;
  return (
    `Only the test set has the labels ${untrained.join(", ")}, so they cannot be learnt. To have recordings of each label ` +
    "in both sets, reset the project, and import again with --category split."
  );
}

/**
 * Accuracy by label and the confusion matrix, as lines of text.
 *
 * @param windowCount Windows of the test set, also those that do not count.
 */
export function describeAccuracy(accuracy: Schemas["ClassifyJobAccuracy"], windowCount: number): string[] {
  const { totalSummary, summaryPerClass, confusionMatrixValues, allLabels } = accuracy;
  const all = totalSummary.good + totalSummary.bad;
  if (all === 0) return ["No window of the test set has a label that the impulse knows."];
  const predicted = allLabels.filter(
    (label) => label in summaryPerClass || Object.values(confusionMatrixValues).some((row) => row[label]),
  );
  const rows = allLabels.flatMap((label) => {
    const summary = summaryPerClass[label];
    if (!summary) return [];
    const windows = summary.good + summary.bad;
    const counts = predicted.map((other) => confusionMatrixValues[label]?.[other] ?? 0);
    return [[label, windows, percent(summary.good / windows), ...counts]];
  });
  return [
    `Test set: ${all} windows, ${percent(totalSummary.good / all)} right. What was predicted, by label:`,
    ...alignTable([["label", "windows", "right", ...predicted], ...rows]),
    ...(windowCount > all
      ? [`Not counted: ${windowCount - all} windows with labels that the impulse does not know.`]
      : []),
  ];
}

function percent(share: number): string {
  // 99.96 % is not 100.0 %.
  return `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}
