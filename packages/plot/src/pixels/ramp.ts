import { packBytes, packColour, type Colour } from "./colour.ts";

/** A colour scale for scores: entry 1 is a score of 0, entry 255 a score of 1; entry 0 is not used. Shape `[256]`. */
export type Ramp = Uint32Array;

/**
 * A colour scale through the given stops, evenly spaced, mixed in OKLab so that equal steps look equal.
 *
 * @param stops At least two colours, `#rrggbb`.
 * @throws {RangeError} when there are fewer, or one is written otherwise.
 * @see https://bottosson.github.io/posts/oklab/ for the space and its matrices.
 */
export function createRamp(stops: readonly string[]): Ramp {
  if (stops.length < 2) throw new RangeError(`A ramp has 2 colours or more, not ${stops.length}.`);
  const labs = stops.map(toOklab);
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const place = (Math.max(0, i - 1) / 254) * (labs.length - 1);
    const below = labs[Math.floor(place)] as Lab;
    const above = labs[Math.ceil(place)] as Lab;
    const share = place - Math.floor(place);
    return toColour(below.map((value, c) => value + share * ((above[c] as number) - value)) as Lab);
  });
}

/** The colour of a score from 0 to 1; beyond that, the end of the scale. */
export function rampColour(ramp: Ramp, score: number): Colour {
  return ramp[1 + Math.max(0, Math.min(254, Math.round(score * 254)))] as Colour;
}

type Lab = [lightness: number, a: number, b: number];

function toOklab(hex: string): Lab {
  const colour = packColour(hex);
  const [r, g, b] = [0, 8, 16].map((bits) => toLinear(((colour >>> bits) & 0xff) / 255)) as Lab;
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function toColour([lightness, a, b]: Lab): Colour {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return packBytes(
    toByte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    toByte(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    toByte(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  );
}

function toLinear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}

function toByte(channel: number): number {
  const encoded = channel <= 0.0031308 ? 12.92 * channel : 1.055 * channel ** (1 / 2.4) - 0.055;
  return Math.round(255 * Math.max(0, Math.min(1, encoded)));
}
