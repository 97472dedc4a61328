/**
 * Two impulses of the size of real ones: three axes of an accelerometer at 62.5 Hz, windows of 125 readings.
 *
 * Weights and clusters are drawn at random, for what they are does not change what they cost.
 */
import {
  createSeededRandom,
  type Float32Network,
  type Impulse,
  type Int8Network,
  type KMeansBlock,
} from "@windowscope/engine";

export const AXIS_COUNT = 3;
export const WINDOW_READINGS = 125;
export const FREQUENCY_HZ = 62.5;
/** From the start of one window to that of the next. */
export const INCREASE_READINGS = 5;

export const LABELS = ["idle", "snake", "updown", "wave"];
const CLUSTERS = 32;

type Parameters = Impulse["blocks"][number]["parameters"];

const SHARED = {
  type: "spectral-analysis",
  analysisType: "FFT",
  scaleAxes: 1,
  doLog: true,
  doFftOverlap: true,
} as const;

export const PARAMETERS = {
  v2fft16: { ...SHARED, version: 2, filterType: "none", filterCutoffHz: 0, filterOrder: 0, fftLength: 16 },
  v4fft64: { ...SHARED, version: 4, filterType: "low", filterCutoffHz: 8, filterOrder: 6, fftLength: 64 },
} as const satisfies Record<string, Parameters>;

export type ImpulseName = keyof typeof PARAMETERS;

/** Neurons of the layers, features first. */
export const NEURONS = { v2fft16: [33, 20, 10, 4], v4fft64: [39, 20, 10, 4] } as const;

const random = createSeededRandom(1);

function uniform(low: number, high: number): number {
  return low + (high - low) * random.uniform();
}

/** A network with weights of the size that training gives. */
export function createFloat32Network(neurons: readonly number[]): Float32Network {
  return {
    layers: neurons.slice(1).map((outputs, l) => {
      const inputs = neurons[l] as number;
      const limit = Math.sqrt(6 / (inputs + outputs));
      return {
        inputs,
        outputs,
        activation: l === neurons.length - 2 ? "none" : "relu",
        weights: Float32Array.from({ length: inputs * outputs }, () => uniform(-limit, limit)),
        bias: Float32Array.from({ length: outputs }, () => uniform(-0.1, 0.1)),
      };
    }),
  };
}

export function createInt8Network(neurons: readonly number[]): Int8Network {
  return {
    input: { scale: 0.1, zeroPoint: -3 },
    layers: neurons.slice(1).map((outputs, l) => {
      const inputs = neurons[l] as number;
      return {
        inputs,
        outputs,
        activation: l === neurons.length - 2 ? "none" : "relu",
        weights: Int8Array.from({ length: inputs * outputs }, () => Math.round(uniform(-127, 127))),
        weightScales: [0.005],
        bias: Int32Array.from({ length: outputs }, () => Math.round(uniform(-500, 500))),
        output: { scale: 0.12, zeroPoint: l === neurons.length - 2 ? 12 : -128 },
      };
    }),
  };
}

/** The impulse, and its learn blocks by themselves. */
export function createImpulse(name: ImpulseName) {
  const float32 = createFloat32Network(NEURONS[name]);
  const int8 = createInt8Network(NEURONS[name]);
  const anomaly = createAnomalyBlock();
  const impulse: Impulse = {
    name,
    input: {
      axes: ["accX", "accY", "accZ"],
      frequencyHz: FREQUENCY_HZ,
      windowSizeMs: (WINDOW_READINGS * 1000) / FREQUENCY_HZ,
      windowIncreaseMs: (INCREASE_READINGS * 1000) / FREQUENCY_HZ,
      padZeros: false,
    },
    blocks: [{ parameters: PARAMETERS[name] }],
    classifier: { labels: LABELS, minimumConfidence: 0.6, float32, int8 },
    anomaly,
  };
  return { impulse, float32, int8, anomaly };
}

function createAnomalyBlock(): KMeansBlock {
  const axes = [0, 11, 22];
  return {
    axes,
    mean: axes.map(() => uniform(0, 2)),
    scale: axes.map(() => uniform(0.5, 2)),
    clusters: Array.from({ length: CLUSTERS }, () => ({
      center: axes.map(() => uniform(-2, 2)),
      maxError: uniform(0.1, 0.5),
    })),
    threshold: 0.3,
  };
}

/** Movements that change all the time. Shape `[readings * axes]`. */
export function createReadings(readingCount: number): Float32Array {
  return Float32Array.from({ length: readingCount * AXIS_COUNT }, (_, i) => {
    const seconds = Math.floor(i / AXIS_COUNT) / FREQUENCY_HZ;
    return (
      5 * Math.sin(2 * Math.PI * (1 + (i % AXIS_COUNT)) * seconds) + uniform(-1, 1) + (i % AXIS_COUNT === 2 ? 9.8 : 0)
    );
  });
}
