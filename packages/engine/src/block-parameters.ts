import type { BlockParameters } from "./blocks/create-feature-block.ts";
import type { JsonReader } from "./json-reader.ts";

/** Reads one setting of a block. */
type Read = (json: JsonReader) => unknown;

/** The settings of a kind of block in a document; `?` marks those that may be left out. */
type Settings = Readonly<Record<string, Read>>;

/** Wavelets have other settings than FFT, which is meant when nothing is said. */
interface Analyses {
  readonly usual: Settings;
  readonly Wavelet?: Settings;
}

const text: Read = (json) => json.string();
const number: Read = (json) => json.number();
const boolean: Read = (json) => json.boolean();
const numbers: Read = (json) => json.items().map((item) => item.number());
const whole =
  (lowest: number, highest: number): Read =>
  (json) =>
    json.integer(lowest, highest);
const oneOf =
  (...choices: readonly (string | number)[]): Read =>
  (json) =>
    json.oneOf(...choices);

/** What is possible at all; whether settings fit each other and the window shows when the block is made. */
const fftLength = oneOf(4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536);

const signal: Settings = {
  scaleAxes: number,
  filterType: oneOf("none", "low", "high"),
  filterCutoffHz: number,
  filterOrder: oneOf(0, 2, 4, 6, 8),
};
const fft: Settings = {
  ...signal,
  "analysisType?": oneOf("FFT"),
  fftLength,
  doLog: boolean,
  doFftOverlap: boolean,
};

const wavelet: Settings = {
  ...signal,
  analysisType: oneOf("Wavelet"),
  wavelet: text,
  waveletLevel: whole(1, 16),
};
const decimation: Settings = { "inputDecimationRatio?": oneOf(1, 3, 10, 30, 100, 1000) };
const frames: Settings = { frameLength: number, frameStride: number, fftLength };
const mel: Settings = { ...frames, numFilters: whole(1, 1000), lowFrequency: number, highFrequency: number };
const mfe: Settings = { ...mel, "winSize?": whole(0, 100_000), "noiseFloorDb?": number };
const mfcc: Settings = {
  ...mel,
  numCepstral: whole(1, 1000),
  winSize: whole(0, 100_000),
  preCof: number,
  preShift: whole(0, 1_000_000),
};
const spectrogram: Settings = { ...frames, "noiseFloorDb?": number };

/** Every kind of block by type, version and, for spectral analysis, by `analysisType`. */
export const BLOCK_SETTINGS: Readonly<Record<string, Readonly<Record<number, Analyses>>>> = {
  raw: { 1: { usual: { scaleAxes: number } } },
  flatten: {
    1: {
      usual: {
        scaleAxes: number,
        average: boolean,
        minimum: boolean,
        maximum: boolean,
        rms: boolean,
        stdev: boolean,
        skewness: boolean,
        kurtosis: boolean,
        "movingAvgNumWindows?": whole(0, 10_000),
      },
    },
  },
  "spectral-analysis": {
    1: {
      usual: {
        ...signal,
        "analysisType?": oneOf("FFT"),
        fftLength,
        spectralPeaksCount: whole(0, 32_768),
        spectralPeaksThreshold: number,
        spectralPowerEdges: numbers,
      },
    },
    2: { usual: fft },
    3: { usual: fft, Wavelet: wavelet },
    4: { usual: { ...fft, ...decimation, "extraLowFreq?": boolean }, Wavelet: { ...wavelet, ...decimation } },
  },
  mfe: { 1: { usual: mfe }, 2: { usual: mfe }, 3: { usual: mfe }, 4: { usual: mfe } },
  mfcc: { 1: { usual: mfcc }, 2: { usual: mfcc }, 3: { usual: mfcc }, 4: { usual: mfcc } },
  spectrogram: {
    1: { usual: spectrogram },
    2: { usual: spectrogram },
    3: { usual: spectrogram },
    4: { usual: spectrogram },
  },
};

/**
 * Reads the settings of a processing block.
 *
 * @param isStrict Refuses settings that the block does not have; documents of version 1 may have any.
 * @throws {DocumentError} naming the first setting that is missing, unknown or wrong.
 */
export function parseBlockParameters(json: JsonReader, isStrict: boolean): BlockParameters {
  const type = json.get("type").oneOf(...Object.keys(BLOCK_SETTINGS));
  const versions = BLOCK_SETTINGS[type] as Readonly<Record<number, Analyses>>;
  const version = json.get("version").oneOf(...Object.keys(versions).map(Number));
  const parameters: Record<string, unknown> = { type, version };
  const { usual, Wavelet } = versions[version] as Analyses;
  const isWavelet = Wavelet && json.optional("analysisType")?.oneOf("FFT", "Wavelet") === "Wavelet";
  const settings = Object.entries(isWavelet ? Wavelet : usual);
  for (const [setting, read] of settings) {
    const name = setting.replace("?", "");
    const value = setting.endsWith("?") ? json.optional(name) : json.get(name);
    if (value) parameters[name] = read(value);
  }
  // A misspelt setting would otherwise be its default in silence.
  if (isStrict) json.only("type", "version", ...settings.map(([setting]) => setting.replace("?", "")));
  return parameters as unknown as BlockParameters;
}
