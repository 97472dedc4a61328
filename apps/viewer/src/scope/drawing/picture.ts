import { toPng, type PixelImage } from "@windowscope/plot";

/** The drawn lanes as PNG. The page writes the words on it: it has the fonts. */
export async function createPicture(image: PixelImage): Promise<Blob> {
  const canvas = createCanvas(image.widthPx, image.heightPx);
  const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D | null;
  if (!context) throw new Error("This browser gives no canvas to make a picture with.");
  context.putImageData(image.toImageData(), 0, 0);
  return toPng(canvas);
}

function createCanvas(widthPx: number, heightPx: number): OffscreenCanvas | HTMLCanvasElement {
  if (typeof OffscreenCanvas === "function") return new OffscreenCanvas(widthPx, heightPx);
  return Object.assign(document.createElement("canvas"), { width: widthPx, height: heightPx });
}
