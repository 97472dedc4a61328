import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { decode } from "cbor-x";
import { describe, expect, it } from "vitest";

import { designImpulse } from "./design-impulse.ts";
import { fitRecordings, type LabelledRecording } from "./fit-recordings.ts";
import type { Impulse } from "./impulse.ts";
import { labelWhole } from "./label-spans.ts";
import { referencePath } from "./reference-data.ts";
import { trainImpulse } from "./train-impulse.ts";
import { availableVariants, WindowClassifier } from "./window-classifier.ts";

type Gesture = LabelledRecording & { readonly label: string };

/** A movement that no impulse here learns. */
const UNKNOWN = "shake";
/** Recordings of each known movement go round this many groups, and each group is kept out of training once. */
const GROUPS = 4;

function readGestures(skip: Parameters<typeof referencePath>[0]): readonly Gesture[] {
  return ["training", "testing"].flatMap((category) => {
    const folder = referencePath(skip, "gestures", category);
    return readdirSync(folder)
      .filter((name) => name.endsWith(".cbor"))
      .sort()
      .map((name) => {
        const { payload } = decode(readFileSync(path.join(folder, name))) as {
          payload: { interval_ms: number; sensors: { name: string }[]; values: number[][] };
        };
        const label = name.split(".")[0] as string;
        return {
          label,
          spans: labelWhole(label, payload.values.length),
          axes: payload.sensors.map((sensor) => sensor.name),
          intervalMs: payload.interval_ms,
          readings: Float32Array.from(payload.values.flat()),
        };
      });
  });
}

/** How the windows of recordings come out, of all of which training has seen none. */
class Tally {
  windows = 0;
  /** The highest score is the label's. */
  top = 0;
  /** So it is, with enough confidence, and the window is no anomaly. */
  verdict = 0;
  anomalies = 0;

  add({ classifier, anomaly }: Impulse, windows: WindowClassifier, { label, readings }: Gesture): void {
    const { count, increaseReadings } = windows.plan(readings.length / 3);
    for (let w = 0; w < count; w++) {
      windows.classify(readings, w * increaseReadings);
      const highest = Math.max(...windows.scores);
      const isTop = classifier?.labels[windows.scores.indexOf(highest)] === label;
      const isAnomaly = (windows.anomalyScore() ?? NaN) >= (anomaly?.threshold ?? NaN);
      this.windows++;
      if (isTop) this.top++;
      if (isAnomaly) this.anomalies++;
      if (isTop && !isAnomaly && highest >= (classifier?.minimumConfidence ?? NaN)) this.verdict++;
    }
  }
}

describe("an impulse designed for and trained on real gestures", () => {
  it("recognises 95 % of the windows of recordings kept out of training, and takes an unknown movement for one", ({
    skip,
  }) => {
    const gestures = readGestures(skip);
    const known = gestures.filter(({ label }) => label !== UNKNOWN);
    const unknown = gestures.filter(({ label }) => label === UNKNOWN);
    const groupOf = new Map<Gesture, number>();
    for (const label of new Set(known.map((gesture) => gesture.label))) {
      known.filter((gesture) => gesture.label === label).forEach((gesture, n) => groupOf.set(gesture, n % GROUPS));
    }
    const tallies = { float32: new Tally(), int8: new Tally(), unknown: new Tally() };

    for (let group = 0; group < GROUPS; group++) {
      const learnt = known.filter((gesture) => groupOf.get(gesture) !== group);
      const design = designImpulse("gestures", learnt);
      const training = trainImpulse(design, fitRecordings(design.input, learnt).fitting, 1);
      let step = training.next();
      while (!step.done) step = training.next();
      const impulse = step.value;

      for (const variant of availableVariants(impulse)) {
        const windows = new WindowClassifier(impulse, variant);
        for (const gesture of known) {
          if (groupOf.get(gesture) === group) tallies[variant].add(impulse, windows, gesture);
        }
      }
      for (const gesture of unknown) tallies.unknown.add(impulse, new WindowClassifier(impulse), gesture);
    }

    console.log("windows of gestures kept out of training", tallies);
    expect(tallies.float32.windows).toBeGreaterThan(2000);
    for (const { windows, verdict } of [tallies.float32, tallies.int8]) expect(verdict / windows).toBeGreaterThan(0.95);
    expect(Math.abs(tallies.int8.top - tallies.float32.top) / tallies.float32.windows).toBeLessThan(0.01);
    expect(tallies.unknown.anomalies / tallies.unknown.windows).toBeGreaterThan(0.9);
  }, 60_000);
});
