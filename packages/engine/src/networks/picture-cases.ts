/** What tests of convolutions and pools share: pictures, kernels, and what these cover. Never part of a build. */
import fc from "fast-check";

/** A picture with its own place for each number, as nested loops read it. */
export interface Picture {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly values: readonly number[];
}

export interface Kernel {
  readonly height: number;
  readonly width: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly dilationY: number;
  readonly dilationX: number;
  readonly padding: "same" | "valid";
}

/**
 * What a kernel covers at each position, with `undefined` where it is outside, worked out by padding the picture first
 * and cutting pieces from it afterwards: another way than the one under test.
 */
export function pieces(picture: Picture, kernel: Kernel, channel: number): (number | undefined)[][][] {
  const reachY = (kernel.height - 1) * kernel.dilationY + 1;
  const reachX = (kernel.width - 1) * kernel.dilationX + 1;
  const isSame = kernel.padding === "same";
  const countY = isSame
    ? Math.ceil(picture.height / kernel.strideY)
    : Math.ceil((picture.height - reachY + 1) / kernel.strideY);
  const countX = isSame
    ? Math.ceil(picture.width / kernel.strideX)
    : Math.ceil((picture.width - reachX + 1) / kernel.strideX);
  const top = isSame ? Math.max(0, (countY - 1) * kernel.strideY + reachY - picture.height) >> 1 : 0;
  const left = isSame ? Math.max(0, (countX - 1) * kernel.strideX + reachX - picture.width) >> 1 : 0;
  const at = (y: number, x: number) =>
    y < 0 || x < 0 || y >= picture.height || x >= picture.width
      ? undefined
      : picture.values[(y * picture.width + x) * picture.channels + channel];
  return Array.from({ length: countY }, (_, oy) =>
    Array.from({ length: countX }, (_, ox) =>
      Array.from({ length: kernel.height * kernel.width }, (_, k) =>
        at(
          oy * kernel.strideY - top + Math.floor(k / kernel.width) * kernel.dilationY,
          ox * kernel.strideX - left + (k % kernel.width) * kernel.dilationX,
        ),
      ),
    ),
  );
}

export const kernels = fc.record({
  height: fc.integer({ min: 1, max: 4 }),
  width: fc.integer({ min: 1, max: 4 }),
  strideY: fc.integer({ min: 1, max: 3 }),
  strideX: fc.integer({ min: 1, max: 3 }),
  dilationY: fc.integer({ min: 1, max: 2 }),
  dilationX: fc.integer({ min: 1, max: 2 }),
  padding: fc.constantFrom("same" as const, "valid" as const),
});
export const sizes = fc.record({
  height: fc.integer({ min: 1, max: 9 }),
  width: fc.integer({ min: 1, max: 9 }),
  channels: fc.integer({ min: 1, max: 4 }),
  outputs: fc.integer({ min: 1, max: 6 }),
  seed: fc.integer({ min: 1, max: 1e6 }),
});
export const activations = fc.constantFrom(0, 1, 2, 3);

export function fits(picture: { height: number; width: number }, kernel: Kernel): boolean {
  const reachY = (kernel.height - 1) * kernel.dilationY + 1;
  const reachX = (kernel.width - 1) * kernel.dilationX + 1;
  return kernel.padding === "same" || (reachY <= picture.height && reachX <= picture.width);
}
