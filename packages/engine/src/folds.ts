import { createSeededRandom, shuffle } from "./seeded-random.ts";
import type { TrainingWindows } from "./training-windows.ts";

/** Windows to learn from and windows to test with, as indices. */
export interface Split {
  readonly training: readonly number[];
  readonly validation: readonly number[];
}

/** A recording that is alone with its label is cut into folds when it lasts this many windows. */
const CUTTABLE_WINDOWS = 4;

/** In no fold: only ever learnt from. */
const NO_FOLD = -1;

/**
 * Splits windows `foldCount` times into those to learn from and those to test with, so that each is tested with once.
 *
 * Whole recordings go into a fold, since windows of one recording are too alike to test each other. A recording that is
 * alone with a label is cut in time, without the windows that reach over the cut; when it is too short for that, its
 * windows are only learnt from. Splits that would test nothing are left out.
 */
export function splitIntoFolds(windows: TrainingWindows, foldCount: number, seed: number): readonly Split[] {
  const folds = dealIntoFolds(windows, foldCount, seed);
  return Array.from({ length: foldCount }, (_, fold) => splitAt(windows, folds, fold)).filter(
    ({ training, validation }) => training.length > 0 && validation.length > 0,
  );
}

/** The fold of each window. */
function dealIntoFolds(windows: TrainingWindows, foldCount: number, seed: number): Int16Array {
  const { labels, classes, recordings, starts, windowReadings } = windows;
  const random = createSeededRandom(seed);
  const members = labels.map(() => new Map<number, number[]>());
  classes.forEach((label, w) => {
    const recording = recordings[w] as number;
    const byRecording = members[label] as Map<number, number[]>;
    const inRecording = byRecording.get(recording);
    if (inRecording) inRecording.push(w);
    else byRecording.set(recording, [w]);
  });

  // A recording of several labels is dealt for the rarest of them.
  const rarestFirst = [...members].sort((a, b) => a.size - b.size);
  const foldOf = new Map<number, number>();
  for (const byRecording of rarestFirst) {
    const sizes = Array.from({ length: foldCount }, () => 0);
    const grow = (recording: number) => {
      const fold = foldOf.get(recording) as number;
      sizes[fold] = (sizes[fold] as number) + (byRecording.get(recording)?.length ?? 0);
    };
    const order = Uint32Array.from(byRecording.keys());
    shuffle(order, random);
    order.filter((recording) => foldOf.has(recording)).forEach(grow);
    for (const recording of order) {
      if (foldOf.has(recording)) continue;
      foldOf.set(recording, sizes.indexOf(Math.min(...sizes)));
      grow(recording);
    }
  }

  const folds = Int16Array.from(recordings, (recording) => foldOf.get(recording) as number);
  for (const byRecording of members) {
    const [alone, ...others] = byRecording.values();
    if (!alone || others.length > 0) continue;
    const readings = (starts[alone.at(-1) as number] as number) - (starts[alone[0] as number] as number);
    const isCuttable = readings >= CUTTABLE_WINDOWS * windowReadings;
    alone.forEach((w, i) => (folds[w] = isCuttable ? Math.floor((i * foldCount) / alone.length) : NO_FOLD));
  }
  return folds;
}

function splitAt({ recordings, starts, windowReadings }: TrainingWindows, folds: Int16Array, fold: number): Split {
  const order = Array.from(folds.keys());
  const isOverlapping = new Uint8Array(folds.length);
  // Forwards and backwards, since a window can reach into one that is tested with from either side.
  for (const direction of [order, order.toReversed()]) {
    let tested: number | undefined;
    for (const w of direction) {
      if (folds[w] === fold) tested = w;
      if (tested === undefined || recordings[tested] !== recordings[w]) continue;
      if (Math.abs((starts[tested] as number) - (starts[w] as number)) < windowReadings) isOverlapping[w] = 1;
    }
  }
  return {
    training: order.filter((w) => folds[w] !== fold && isOverlapping[w] === 0),
    validation: order.filter((w) => folds[w] === fold),
  };
}
