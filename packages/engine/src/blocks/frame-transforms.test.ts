import { describe, expect, it } from "vitest";

import { createSeededRandom } from "../seeded-random.ts";
import { FrameTransforms } from "./frame-transforms.ts";

/** The transform of `size` samples from `first` on, by its definition. */
function transformSlowly(real: Float64Array, imaginary: Float64Array, first: number, size: number) {
  return Array.from({ length: size }, (_, bin) => {
    const sum = { real: 0, imaginary: 0 };
    for (let i = 0; i < size; i++) {
      const angle = (-2 * Math.PI * bin * i) / size;
      const [x, y] = [real[first + i] as number, imaginary[first + i] as number];
      sum.real += x * Math.cos(angle) - y * Math.sin(angle);
      sum.imaginary += x * Math.sin(angle) + y * Math.cos(angle);
    }
    return sum;
  });
}

describe("FrameTransforms.transform", () => {
  it.each([
    { size: 4, count: 1, stride: 4, layout: "one frame" },
    { size: 8, count: 3, stride: 8, layout: "frames side by side" },
    { size: 16, count: 5, stride: 8, layout: "frames that overlap" },
    { size: 32, count: 2, stride: 40, layout: "frames that lie apart" },
    { size: 64, count: 3, stride: 32, layout: "frames that overlap" },
    { size: 128, count: 2, stride: 128, layout: "frames side by side" },
  ])("gives what the definition gives for $count frames of $size samples: $layout", ({ size, count, stride }) => {
    const random = createSeededRandom(size);
    const create = () => Float64Array.from({ length: (count - 1) * stride + size }, () => random.uniform() - 0.5);
    const [signalReal, signalImaginary] = [create(), create()];
    const transforms = new FrameTransforms(size, count);

    transforms.transform(signalReal, signalImaginary, stride);

    for (let frame = 0; frame < count; frame++) {
      const expected = transformSlowly(signalReal, signalImaginary, frame * stride, size);
      for (let bin = 0; bin < size; bin++) {
        const at = frame * size + (transforms.places[bin] as number);
        expect(transforms.real[at]).toBeCloseTo(expected[bin]?.real ?? NaN, 11);
        expect(transforms.imaginary[at]).toBeCloseTo(expected[bin]?.imaginary ?? NaN, 11);
      }
    }
  });
});
