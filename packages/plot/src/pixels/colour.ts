/** A colour as one number: its bytes in memory are red, green, blue, alpha, as a canvas wants them. */
export type Colour = number;

const COLOUR = /^#[0-9a-f]{6}$/i;

/**
 * A colour for drawing, from `#rrggbb`.
 *
 * @throws {RangeError} when it is written otherwise.
 */
export function packColour(hex: string): Colour {
  if (!COLOUR.test(hex)) throw new RangeError(`A colour is written #rrggbb, not ${hex}.`);
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return packBytes(red as number, green as number, blue as number);
}

/** A colour from three bytes. All machines that browsers run on keep the lowest byte first. */
export function packBytes(red: number, green: number, blue: number): Colour {
  return ((0xff << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/**
 * A colour laid over another one.
 *
 * @param share Of the upper one, from 0 to 256.
 */
export function mixColours(under: Colour, over: Colour, share: number): Colour {
  const rest = 256 - share;
  const redBlue = (Math.imul(under & 0xff00ff, rest) + Math.imul(over & 0xff00ff, share)) >>> 8;
  const green = (Math.imul((under >>> 8) & 0xff, rest) + Math.imul((over >>> 8) & 0xff, share)) & 0xff00;
  return (0xff000000 | (redBlue & 0xff00ff) | green) >>> 0;
}
