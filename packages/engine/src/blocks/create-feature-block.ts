import type { FeatureBlock, WindowShape } from "./feature-block.ts";
import { Flatten, type FlattenParameters } from "./flatten.ts";
import { Mfcc, type MfccParameters } from "./mfcc.ts";
import { Mfe, type MfeParameters } from "./mfe.ts";
import { Raw, type RawParameters } from "./raw.ts";
import { SpectralAnalysis, type SpectralAnalysisParameters } from "./spectral-analysis.ts";
import { SpectralPeaks, type SpectralPeaksParameters } from "./spectral-peaks.ts";
import { Spectrogram, type SpectrogramParameters } from "./spectrogram.ts";
import { WaveletAnalysis, type WaveletAnalysisParameters } from "./wavelet-analysis.ts";

/** Settings of any block that there is, told apart by `type` and `version`, spectral analysis by `analysisType`, too. */
export type BlockParameters =
  | RawParameters
  | FlattenParameters
  | SpectralPeaksParameters
  | SpectralAnalysisParameters
  | WaveletAnalysisParameters
  | MfeParameters
  | MfccParameters
  | SpectrogramParameters;

/**
 * The block that turns windows of a shape into features.
 *
 * @throws {RangeError} for an unknown type or version and for settings that Studio refuses; the message names the setting,
 *   its value and what is allowed.
 */
export function createFeatureBlock(parameters: BlockParameters, shape: WindowShape): FeatureBlock {
  switch (parameters.type) {
    case "raw":
      return new Raw(parameters, shape);
    case "flatten":
      return new Flatten(parameters, shape);
    case "spectral-analysis":
      if (parameters.version === 1) return new SpectralPeaks(parameters, shape);
      return parameters.analysisType === "Wavelet"
        ? new WaveletAnalysis(parameters, shape)
        : new SpectralAnalysis(parameters, shape);
    case "mfe":
      return new Mfe(parameters, shape);
    case "mfcc":
      return new Mfcc(parameters, shape);
    case "spectrogram":
      return new Spectrogram(parameters, shape);
    default:
      parameters satisfies never;
      throw new RangeError(`type is ${(parameters as BlockParameters).type}; it has to be one of ${TYPES.join(", ")}.`);
  }
}

const TYPES = ["raw", "flatten", "spectral-analysis", "mfe", "mfcc", "spectrogram"];
