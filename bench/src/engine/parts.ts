/** What a window costs: features, classifier and anomaly score by themselves, all of them, and in a stream. */
import {
  createFeatureBlock,
  Float32Classifier,
  Int8Classifier,
  scoreKMeans,
  WindowClassifier,
  type Network,
} from "@windowscope/engine";

import type { Figure, Goal } from "../rows.ts";
import {
  AXIS_COUNT,
  createImpulse,
  createReadings,
  FREQUENCY_HZ,
  INCREASE_READINGS,
  LABELS,
  PARAMETERS,
  WINDOW_READINGS,
  type ImpulseName,
} from "./impulses.ts";
import { measureRounds, type Contender } from "./rounds.ts";

const MOST_FEATURES_US = 8;
const MOST_TOTAL_US = 12;

/** Different windows, one after another. */
const WINDOWS = 64;
const ROUND_WINDOWS = 16;

export async function measureParts(rounds: number, log: (line: string) => void): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const name of ["v2fft16", "v4fft64"] as const) {
    log(`windows of ${name}, part by part`);
    figures.push(...(await measureImpulse(name, rounds)));
  }
  return figures;
}

async function measureImpulse(name: ImpulseName, rounds: number): Promise<Figure[]> {
  const { impulse, float32, int8, anomaly } = createImpulse(name);
  const readings = createReadings(WINDOW_READINGS + WINDOWS * INCREASE_READINGS);
  const shape = { axisCount: AXIS_COUNT, windowReadings: WINDOW_READINGS, frequencyHz: FREQUENCY_HZ };
  const block = createFeatureBlock(PARAMETERS[name], shape);
  const vectors = Array.from({ length: WINDOWS }, (_, w) => {
    const features = new Float64Array(block.featureCount);
    block.extract(readings, w * INCREASE_READINGS, features);
    return features;
  });

  const features = new Float64Array(block.featureCount);
  const ofEach = (work: (window: number) => void): Contender => {
    let next = 0;
    return {
      windowsInRound: ROUND_WINDOWS,
      run: (windows) => {
        for (let i = 0; i < windows; i++) work(next++ % WINDOWS);
      },
    };
  };
  const scores = new Float32Array(LABELS.length);
  const ofNetwork = (network: Network) => ofEach((w) => network.run(vectors[w] as Float64Array, scores));
  const ofWhole = (variant: "float32" | "int8") => {
    const whole = new WindowClassifier(impulse, variant);
    return ofEach((w) => {
      whole.classify(readings, w * INCREASE_READINGS);
      whole.anomalyScore();
    });
  };

  const us = await measureRounds(
    {
      features: ofEach((w) => block.extract(readings, w * INCREASE_READINGS, features)),
      float32: ofNetwork(new Float32Classifier(float32)),
      int8: ofNetwork(new Int8Classifier(int8)),
      anomaly: ofEach((w) => void scoreKMeans(anomaly, vectors[w] as Float64Array)),
      wholeFloat32: ofWhole("float32"),
      wholeInt8: ofWhole("int8"),
      stream: streaming(new WindowClassifier(impulse, "int8"), readings),
    },
    rounds,
  );

  const figure = (row: string, value: number, goal?: Goal): Figure => ({
    row: `${name}: ${row}`,
    value,
    unit: "us/window",
    ...(goal && { goal }),
  });
  return [
    figure("features", us.features, { mostValue: MOST_FEATURES_US }),
    figure("classifier, float32", us.float32),
    figure("classifier, int8", us.int8),
    figure("anomaly score, K-means of 32 clusters", us.anomaly),
    figure("all of it, float32", us.wholeFloat32, { mostValue: MOST_TOTAL_US }),
    figure("all of it, int8", us.wholeInt8, { mostValue: MOST_TOTAL_US }),
    { row: `${name}: stream of readings, int8`, value: 1e6 / us.stream, unit: "windows/s" },
  ];
}

/** Readings come as a device sends them, a window's increase at a time. */
function streaming(whole: WindowClassifier, readings: Float32Array): Contender {
  const stream = whole.stream(() => void whole.anomalyScore());
  const pieceValues = INCREASE_READINGS * AXIS_COUNT;
  const pieces = Array.from({ length: Math.floor(readings.length / pieceValues) }, (_, i) =>
    readings.subarray(i * pieceValues, (i + 1) * pieceValues),
  );
  // From here on every piece makes one window full.
  stream.push(readings.subarray(0, (WINDOW_READINGS - INCREASE_READINGS) * AXIS_COUNT));
  let next = 0;
  return {
    windowsInRound: ROUND_WINDOWS,
    run: (windows) => {
      for (let i = 0; i < windows; i++) stream.push(pieces[next++ % pieces.length] as Float32Array);
    },
  };
}
