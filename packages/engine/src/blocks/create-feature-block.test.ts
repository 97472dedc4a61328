import { expect, it } from "vitest";

import { createFeatureBlock, type BlockParameters } from "./create-feature-block.ts";

it.each([
  { parameters: { type: "image", version: 1 }, message: "type is image; it has to be one of raw, flatten" },
  { parameters: { type: "raw", version: 2, scaleAxes: 1 }, message: "version is 2; it has to be 1" },
  { parameters: { type: "flatten", version: 0, scaleAxes: 1 }, message: "version is 0; it has to be 1" },
  { parameters: { type: "spectral-analysis", version: 7 }, message: "version is 7" },
])("a block $parameters that there is not is refused", ({ parameters, message }) => {
  const shape = { axisCount: 1, windowReadings: 64, frequencyHz: 64 };

  expect(() => createFeatureBlock(parameters as unknown as BlockParameters, shape)).toThrow(message);
});

it("a window, or features of it, that would take all memory are refused", () => {
  const hour = { axisCount: 1, windowReadings: 16_000 * 3600, frequencyHz: 16_000 };
  const raw = { type: "raw", version: 1, scaleAxes: 1 } as const;
  expect(() => createFeatureBlock(raw, hour)).toThrow("windowReadings is 57600000; with 1 axes it has to be at most");

  const second = { axisCount: 1, windowReadings: 16_000, frequencyHz: 16_000 };
  const dense = { type: "spectrogram", version: 4, frameLength: 0.01, frameStride: 0.005, fftLength: 65536 } as const;
  expect(() => createFeatureBlock(dense, second)).toThrow("features; with longer strides it has to be at most 2097152");
});
