import type { ImpulseDesign } from "./impulses.ts";
import type { LocalStudio } from "./local-studio.ts";
import type { Project } from "./projects.ts";
import type { Sample } from "./samples.ts";

/** No impulse can be designed. The message says what is missing. */
export class DesignError extends Error {
  override readonly name = "DesignError";
}

const WINDOW_MS = 2_000;
/** The window takes up to this share of a short recording, which leaves room to slide. */
const WINDOW_SHARE = 2 / 3;
const STEPS_PER_WINDOW = 25;
const FFT_LENGTH = 16;

/**
 * Designs an impulse that fits the project's training set: the axes and the frequency of most of its readings, a window
 * of 2 s or what the shortest such sample has room for.
 *
 * @throws {DesignError} when there is nothing to design it for.
 */
export async function designFor(studio: LocalStudio, { id }: Project, name: string): Promise<ImpulseDesign> {
  const filter = { category: "training", isDisabled: false } as const;
  const samples = studio.samples.list(id, filter, { limit: -1, offset: 0 }).filter(({ label }) => label !== "");
  const alike = mostCommon(samples);
  const [first] = alike;
  if (!first) {
    throw new DesignError("There is no labelled sample in the training set. Import recordings first.");
  }
  const { intervalMs } = first;
  const shortest = Math.min(...alike.map(({ valuesCount }) => valuesCount));
  const windowReadings = Math.min(Math.round(WINDOW_MS / intervalMs), Math.floor(WINDOW_SHARE * shortest));
  if (windowReadings < FFT_LENGTH) {
    throw new DesignError(
      `The shortest sample of the training set has ${shortest} readings; a window needs ${FFT_LENGTH} and some room.`,
    );
  }
  return {
    name,
    input: {
      axes: first.sensors.map((sensor) => sensor.name),
      frequencyHz: 1000 / intervalMs,
      windowSizeMs: Math.round(windowReadings * intervalMs),
      windowIncreaseMs: Math.round(Math.max(1, Math.round(windowReadings / STEPS_PER_WINDOW)) * intervalMs),
      padZeros: false,
    },
    features: {
      type: "spectral-analysis",
      version: 2,
      scaleAxes: 1,
      filterType: "none",
      filterCutoffHz: 0,
      filterOrder: 0,
      fftLength: FFT_LENGTH,
      doLog: true,
      doFftOverlap: true,
    },
    minimumConfidence: 0.6,
    anomalyThreshold: 0.3,
  };
}

/** The samples with the axes and the interval that most readings have. */
function mostCommon(samples: readonly Sample[]): readonly Sample[] {
  const kinds = new Map<string, Sample[]>();
  for (const sample of samples) {
    const kind = JSON.stringify([sample.intervalMs, sample.sensors.map(({ name }) => name)]);
    kinds.set(kind, [...(kinds.get(kind) ?? []), sample]);
  }
  const readings = (kind: readonly Sample[]) => kind.reduce((sum, { valuesCount }) => sum + valuesCount, 0);
  return [...kinds.values()].reduce<readonly Sample[]>((a, b) => (readings(b) > readings(a) ? b : a), []);
}
