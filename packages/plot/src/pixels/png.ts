import { context2d } from "./context-2d.ts";
import { PixelImage } from "./pixel-image.ts";

/**
 * A picture as PNG.
 *
 * @param source An image, or a canvas that text was written on. A canvas handed over to a worker has no picture left.
 * @throws {Error} where there is no canvas to encode with, as in Node, or the canvas cannot be read.
 */
export async function toPng(source: PixelImage | HTMLCanvasElement | OffscreenCanvas): Promise<Blob> {
  if (source instanceof PixelImage) return toPng(drawn(source));
  if ("convertToBlob" in source) return source.convertToBlob({ type: "image/png" });
  return new Promise((resolve, reject) => {
    source.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new Error(`The browser made no PNG of ${source.width} x ${source.height} pixels.`));
    }, "image/png");
  });
}

function drawn(image: PixelImage): HTMLCanvasElement | OffscreenCanvas {
  const canvas = createCanvas(image.widthPx, image.heightPx);
  const context = context2d(canvas);
  if (!context) throw new Error("This browser gives no 2D canvas to make a PNG with.");
  context.putImageData(image.toImageData(), 0, 0);
  return canvas;
}

function createCanvas(widthPx: number, heightPx: number): HTMLCanvasElement | OffscreenCanvas {
  if (typeof OffscreenCanvas === "function") return new OffscreenCanvas(widthPx, heightPx);
  if (typeof document === "object")
    return Object.assign(document.createElement("canvas"), { width: widthPx, height: heightPx });
  throw new Error("A PNG is made with a canvas, and there is none here.");
}
