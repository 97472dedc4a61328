/** Pictures as text, for tests that a person can check by eye. */
import { createHash } from "node:crypto";

import { packColour } from "../pixels/colour.ts";
import { PixelImage } from "../pixels/pixel-image.ts";

export const BLACK = packColour("#000000");
export const WHITE = packColour("#ffffff");

export function whiteImage(widthPx: number, heightPx: number): PixelImage {
  const image = new PixelImage(widthPx, heightPx);
  image.fill(WHITE);
  return image;
}

/**
 * One line of text a row: `.` white, `#` black, digits tenths of black; other colours by the legend, `?` if it has none.
 */
export function toArt(image: PixelImage, legend: Readonly<Record<string, string>> = {}): string[] {
  const letters = new Map(Object.entries(legend).map(([letter, hex]) => [packColour(hex), letter]));
  return Array.from({ length: image.heightPx }, (_, y) =>
    Array.from(image.pixels.subarray(y * image.widthPx, (y + 1) * image.widthPx), (pixel) => {
      const letter = letters.get(pixel);
      if (letter !== undefined) return letter;
      const [red, green, blue] = [pixel & 0xff, (pixel >>> 8) & 0xff, (pixel >>> 16) & 0xff];
      if (red !== green || green !== blue) return "?";
      if (red === 255) return ".";
      return red === 0 ? "#" : String(Math.min(9, Math.max(1, Math.round((1 - red / 255) * 10))));
    }).join(""),
  );
}

/** Changes with every bit of a picture. */
export function hashOf(image: PixelImage): string {
  return createHash("sha256").update(image.bytes).digest("hex").slice(0, 16);
}
