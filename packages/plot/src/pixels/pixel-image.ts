import { mixColours, type Colour } from "./colour.ts";

/** A rectangle of an image, in whole device pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/**
 * A picture that is only numbers: what is drawn is the same to the last bit on every machine.
 *
 * Drawing into it costs no more than writing numbers; `toImageData` hands it to a canvas without a copy.
 */
export class PixelImage {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Row by row. Shape `[heightPx * widthPx]`. */
  readonly pixels: Uint32Array;
  /** The same memory as red, green, blue and alpha. Shape `[heightPx * widthPx * 4]`. */
  readonly bytes: Uint8ClampedArray<ArrayBuffer>;
  #imageData: ImageData | undefined;

  /**
   * A transparent image.
   *
   * @throws {RangeError} when a side is not a whole number of 1 or more.
   */
  constructor(widthPx: number, heightPx: number) {
    if (!(Number.isInteger(widthPx) && Number.isInteger(heightPx) && widthPx > 0 && heightPx > 0)) {
      throw new RangeError(`An image has whole pixels, 1 or more each way, not ${widthPx} x ${heightPx}.`);
    }
    this.widthPx = widthPx;
    this.heightPx = heightPx;
    const memory = new ArrayBuffer(widthPx * heightPx * 4);
    this.pixels = new Uint32Array(memory);
    this.bytes = new Uint8ClampedArray(memory);
  }

  /** Fills all of it. */
  fill(colour: Colour): void {
    this.pixels.fill(colour);
  }

  /** Fills a rectangle; what lies outside of the image is left out. */
  fillRect(x: number, y: number, widthPx: number, heightPx: number, colour: Colour): void {
    const from = Math.max(0, x);
    const to = Math.min(this.widthPx, x + widthPx);
    const end = Math.min(this.heightPx, y + heightPx);
    if (from >= to) return;
    for (let row = Math.max(0, y); row < end; row++) {
      this.pixels.fill(colour, row * this.widthPx + from, row * this.widthPx + to);
    }
  }

  /**
   * Fills one column of pixels between two heights, which may lie between pixels: the ends are mixed in by how much of
   * them is covered.
   *
   * @param top In 1/256 pixel, whole. @param bottom Below `top`, likewise.
   */
  fillRun(x: number, top: number, bottom: number, colour: Colour): void {
    const { pixels, widthPx } = this;
    const first = top >> 8;
    const last = bottom >> 8;
    let at = first * widthPx + x;
    if (first === last) {
      pixels[at] = mixColours(pixels[at] as number, colour, bottom - top);
      return;
    }
    const topShare = 256 - (top & 0xff);
    pixels[at] = topShare === 256 ? colour : mixColours(pixels[at] as number, colour, topShare);
    at += widthPx;
    for (let row = first + 1; row < last; row++, at += widthPx) pixels[at] = colour;
    const bottomShare = bottom & 0xff;
    if (bottomShare > 0) pixels[at] = mixColours(pixels[at] as number, colour, bottomShare);
  }

  /**
   * Slanted lines of one pixel over a rectangle.
   *
   * @param distancePx From one line to the next along a row, 1 or more.
   * @param phasePx Moves the pattern left; with the first column's place in time, it scrolls along with the data.
   */
  hatch({ x, y, widthPx, heightPx }: Box, distancePx: number, phasePx: number, colour: Colour): void {
    for (let row = y; row < y + heightPx; row++) {
      const past = (((x + phasePx + row) % distancePx) + distancePx) % distancePx;
      const from = row * this.widthPx + x;
      for (let at = (distancePx - past) % distancePx; at < widthPx; at += distancePx) this.pixels[from + at] = colour;
    }
  }

  /** The image for `putImageData`. It shares the memory: what is drawn later shows in it. Browsers and workers only. */
  toImageData(): ImageData {
    return (this.#imageData ??= new ImageData(this.bytes, this.widthPx, this.heightPx));
  }
}

/**
 * Checks that a lane lies within its image.
 *
 * @throws {RangeError} when it does not, or has fractions of pixels.
 */
export function checkBox(image: PixelImage, { x, y, widthPx, heightPx }: Box): void {
  const isWhole = [x, y, widthPx, heightPx].every((each) => Number.isInteger(each) && each >= 0);
  if (!isWhole || x + widthPx > image.widthPx || y + heightPx > image.heightPx) {
    throw new RangeError(
      `A lane of ${widthPx} x ${heightPx} pixels at ${x}, ${y} is not within an image of ${image.widthPx} x ${image.heightPx}.`,
    );
  }
}
