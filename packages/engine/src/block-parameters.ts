import type { BlockParameters } from "./blocks/create-feature-block.ts";
import type { JsonReader } from "./json-reader.ts";

/** Reads one setting of a block. */
type Read = (json: JsonReader) => unknown;

/** The settings of a kind of block in a document; `?` marks those that may be left out. */
type Settings = Readonly<Record<string, Read>>;

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

/** Every kind of block by type and version. */
export const BLOCK_SETTINGS: Readonly<Record<string, Readonly<Record<number, Settings>>>> = {
  raw: { 1: { scaleAxes: number } },
  flatten: {
    1: {
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
  "spectral-analysis": {
    1: {
      ...signal,
      "analysisType?": oneOf("FFT"),
      fftLength,
      spectralPeaksCount: whole(0, 32_768),
      spectralPeaksThreshold: number,
      spectralPowerEdges: numbers,
    },
    2: fft,
    3: fft,
    4: { ...fft, "inputDecimationRatio?": oneOf(1, 3, 10, 30, 100, 1000), "extraLowFreq?": boolean },
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
  const versions = BLOCK_SETTINGS[type] as Readonly<Record<number, Settings>>;
  const version = json.get("version").oneOf(...Object.keys(versions).map(Number));
  const parameters: Record<string, unknown> = { type, version };
  const settings = Object.entries(versions[version] as Settings);
  for (const [setting, read] of settings) {
    const name = setting.replace("?", "");
    const value = setting.endsWith("?") ? json.optional(name) : json.get(name);
    if (value) parameters[name] = read(value);
  }
  // A misspelt setting would otherwise be its default in silence.
  if (isStrict) json.only("type", "version", ...settings.map(([setting]) => setting.replace("?", "")));
  return parameters as unknown as BlockParameters;
}
