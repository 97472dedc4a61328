import type { FeatureBlock, WindowShape } from "./feature-block.ts";
import { Flatten, type FlattenParameters } from "./flatten.ts";
import { Raw, type RawParameters } from "./raw.ts";
import { SpectralAnalysis, type SpectralAnalysisParameters } from "./spectral-analysis.ts";
import { SpectralPeaks, type SpectralPeaksParameters } from "./spectral-peaks.ts";
import { WaveletAnalysis, type WaveletAnalysisParameters } from "./wavelet-analysis.ts";

/** Settings of any block that there is, told apart by `type` and `version`, spectral analysis by `analysisType`, too. */
export type BlockParameters =
  RawParameters | FlattenParameters | SpectralPeaksParameters | SpectralAnalysisParameters | WaveletAnalysisParameters;

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
    default:
      parameters satisfies never;
      throw new RangeError(`type is ${(parameters as BlockParameters).type}; it has to be one of the feature blocks.`);
  }
}
