import { context2d } from "../pixels/context-2d.ts";
import type { PixelImage } from "../pixels/pixel-image.ts";
import type { RequestFrame, Surface } from "./live-plot.ts";

/**
 * A canvas to show pictures on; `undefined` where there is no 2D context for it.
 *
 * The context is opaque: nothing shines through a plot, and the browser need not look.
 */
export function canvasSurface(canvas: HTMLCanvasElement | OffscreenCanvas): Surface | undefined {
  const context = context2d(canvas, { alpha: false });
  if (!context) return undefined;
  return {
    show(image: PixelImage) {
      // Setting a size, even the same, clears the canvas.
      if (canvas.width !== image.widthPx) canvas.width = image.widthPx;
      if (canvas.height !== image.heightPx) canvas.height = image.heightPx;
      context.putImageData(image.toImageData(), 0, 0);
    },
  };
}

/** Frames of the browser; of a timer in workers that have none. */
export const requestFrame: RequestFrame = (draw) => {
  if (typeof requestAnimationFrame === "function") {
    const frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  }
  const timer = setTimeout(draw, 16);
  return () => clearTimeout(timer);
};
