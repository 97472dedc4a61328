import { toImpulseDocument, trainImpulse } from "@windowscope/engine";

import { selectAxes } from "../classify.ts";
import type { Recording } from "../formats/recording.ts";
import type { LabelSpan } from "../formats/structured-labels.ts";
import type { ImpulseDesign } from "../impulses.ts";
import type { SampleSource } from "./sample-source.ts";

/** The samples do not suffice. The message is for people. */
export class TrainingError extends Error {
  override readonly name = "TrainingError";
}

export interface TrainingSample {
  readonly source: SampleSource;
  readonly filename: string;
  readonly label: string;
  readonly structuredLabels: readonly LabelSpan[] | undefined;
}

export interface TrainingInput {
  readonly design: ImpulseDesign;
  readonly samples: readonly TrainingSample[];
  readonly trainsClassifier: boolean;
  readonly trainsAnomaly: boolean;
  readonly seed: number;
}

/** What the learn blocks have learnt, as they stand in an impulse document, as JSON. */
export interface TrainingOutput {
  readonly classifier: string | undefined;
  readonly anomaly: string | undefined;
}

export function* trainBlocks(
  { design, samples, seed }: TrainingInput,
  recordings: readonly Recording[],
): Generator<string, TrainingOutput> {
  const training = trainImpulse(
    { ...design, minimumConfidence: design.minimumConfidence ?? 0.6, anomalyThreshold: design.anomalyThreshold ?? 0.3 },
    recordings.map((recording, i) => ({
      label: samples[i]?.label ?? "",
      readings: selectAxes(recording, design.input.axes),
    })),
    seed,
  );
  for (let step = training.next(); ; step = training.next()) {
    if (!step.done) {
      yield JSON.stringify(step.value);
      continue;
    }
    const { classifier, anomaly } = toImpulseDocument(step.value) as { classifier?: object; anomaly?: object };
    return {
      classifier: design.minimumConfidence === undefined ? undefined : JSON.stringify(classifier),
      anomaly: design.anomalyThreshold === undefined ? undefined : JSON.stringify(anomaly),
    };
  }
}
