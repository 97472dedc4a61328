import { toPng, type PixelImage } from "@windowscope/plot";

import type { LabelPlace, Look } from "../scope-port.ts";

const FONT_PX = 11;
const LEFT_PX = 7;

/** The drawn lanes with their labels written on them, as PNG. */
export async function createPicture(image: PixelImage, labels: readonly LabelPlace[], look: Look): Promise<Blob> {
  const canvas = createCanvas(image.widthPx, image.heightPx);
  const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D | null;
  if (!context) throw new Error("This browser gives no canvas to make a picture with.");
  context.putImageData(image.toImageData(), 0, 0);
  context.scale(look.pixelRatio, look.pixelRatio);
  context.font = `${FONT_PX}px Geist, sans-serif`;
  context.textBaseline = "middle";
  for (const { lane, px, widthPx, text, isLoud } of labels) {
    const place = look.lanes.find((each) => each.lane === lane);
    const textPx = context.measureText(text).width;
    if (!place || textPx + 2 * LEFT_PX > widthPx) continue;
    const middle = place.y + place.heightPx / 2 - 1;
    if (isLoud) {
      context.fillStyle = look.colours.panel;
      context.fillRect(px + 3, middle - FONT_PX / 2 - 2, textPx + 8, FONT_PX + 4);
    }
    context.fillStyle = look.colours.ink;
    context.fillText(text, px + LEFT_PX, middle);
  }
  return toPng(canvas);
}

function createCanvas(widthPx: number, heightPx: number): OffscreenCanvas | HTMLCanvasElement {
  if (typeof OffscreenCanvas === "function") return new OffscreenCanvas(widthPx, heightPx);
  return Object.assign(document.createElement("canvas"), { width: widthPx, height: heightPx });
}
