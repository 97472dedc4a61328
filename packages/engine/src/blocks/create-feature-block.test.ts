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
