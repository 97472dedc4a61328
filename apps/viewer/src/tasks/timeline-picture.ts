/**
 * A picture of the timeline as it is on the screen.
 *
 * No browser hands out what it shows, so the element `[data-picture="stack"]` is painted once more, as far as it needs:
 * backgrounds, borders, canvases, images, words. The canvas `[data-picture="lanes"]` in it comes from the scope, as sharp
 * as it was drawn; what is `[data-picture="none"]` is for the screen alone.
 */

/** Left free around the timeline, CSS pixels. */
const MARGIN_PX = 12;
const TITLE_PX = 28;
const SIDES = ["Top", "Right", "Bottom", "Left"] as const;

interface Painting {
  readonly context: CanvasRenderingContext2D;
  /** Upper left corner of the stack on the screen. */
  readonly left: number;
  readonly top: number;
  readonly lanes: ImageBitmap;
}

/** A rectangle in CSS pixels from the corner of the stack. */
interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Puts the drawing of the lanes and all that stands around and over it into one picture.
 *
 * @param drawing PNG of the lanes, in device pixels.
 * @param title Written above it.
 * @returns PNG; of the lanes alone where the page has no timeline.
 * @throws {Error} when this browser cannot draw it.
 */
export async function takeTimelinePicture(drawing: Blob, title: string): Promise<Blob> {
  const stack = document.querySelector<HTMLElement>('[data-picture="stack"]');
  const lanesCanvas = stack?.querySelector<HTMLElement>('[data-picture="lanes"]');
  if (!stack || !lanesCanvas) return drawing;

  // In a canvas a font that is still on its way would be another one.
  await document.fonts.ready;
  const lanes = await createImageBitmap(drawing);
  const { left, top, width, height } = stack.getBoundingClientRect();
  const lanesPx = lanesCanvas.getBoundingClientRect().width;
  const scale = lanesPx > 0 ? lanes.width / lanesPx : devicePixelRatio;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round((width + 2 * MARGIN_PX) * scale);
  canvas.height = Math.round((height + TITLE_PX + 2 * MARGIN_PX) * scale);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser cannot draw a picture.");

  const style = getComputedStyle(document.body);
  const edgePx = Number.parseFloat(getComputedStyle(stack).paddingLeft) || 0;
  context.scale(scale, scale);
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--bg").trim() || "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = "middle";
  context.fillStyle = style.color;
  context.font = `600 13px ${style.fontFamily}`;
  context.fillText(title, MARGIN_PX + edgePx, MARGIN_PX + TITLE_PX / 2);
  context.translate(MARGIN_PX, MARGIN_PX + TITLE_PX);
  paint(stack, { context, left, top, lanes });
  lanes.close();
  return toPng(canvas);
}

function paint(element: HTMLElement, painting: Painting): void {
  const { context, lanes } = painting;
  if (element.dataset.picture === "none" || element.classList.contains("visually-hidden")) return;
  if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return;
  const style = getComputedStyle(element);
  const place = placeOf(element.getBoundingClientRect(), painting);

  context.save();
  paintBox(context, place, style);
  if (element.dataset.picture === "lanes") context.drawImage(lanes, place.x, place.y, place.width, place.height);
  else if (element instanceof HTMLCanvasElement) paintCanvas(context, place, element);
  else if (element instanceof HTMLImageElement) paintImage(context, place, element);
  if (style.overflowX !== "visible") clipTo(context, place);
  for (const child of element.childNodes) {
    if (child instanceof HTMLElement) paint(child, painting);
    else if (child instanceof Text) paintText(child, element, style, painting);
  }
  context.restore();
}

function paintBox(context: CanvasRenderingContext2D, place: Place, style: CSSStyleDeclaration): void {
  const { x, y, width, height } = place;
  context.fillStyle = style.backgroundColor;
  context.fillRect(x, y, width, height);
  if (style.outlineStyle === "solid") {
    context.strokeStyle = style.outlineColor;
    context.lineWidth = Number.parseFloat(style.outlineWidth);
    context.strokeRect(x - 0.5, y - 0.5, width + 1, height + 1);
  }
  for (const side of SIDES) {
    const widthPx = Number.parseFloat(style[`border${side}Width`]);
    const kind = style[`border${side}Style`];
    if (!(widthPx > 0) || kind === "none") continue;
    const half = widthPx / 2;
    const from = {
      x: side === "Right" ? x + width - half : x + half,
      y: side === "Bottom" ? y + height - half : y + half,
    };
    const isUpright = side === "Left" || side === "Right";
    context.beginPath();
    context.setLineDash(kind === "dashed" ? [3, 3] : []);
    context.strokeStyle = style[`border${side}Color`];
    context.lineWidth = widthPx;
    context.moveTo(isUpright ? from.x : x, isUpright ? y : from.y);
    context.lineTo(isUpright ? from.x : x + width, isUpright ? y + height : from.y);
    context.stroke();
  }
  context.setLineDash([]);
}

function paintCanvas(
  context: CanvasRenderingContext2D,
  { x, y, width, height }: Place,
  canvas: HTMLCanvasElement,
): void {
  // One without a size cannot be drawn.
  if (canvas.width > 0 && canvas.height > 0) context.drawImage(canvas, x, y, width, height);
}

/** Fills its place, as `object-fit: cover` does. */
function paintImage(context: CanvasRenderingContext2D, { x, y, width, height }: Place, image: HTMLImageElement): void {
  const { naturalWidth, naturalHeight } = image;
  if (naturalWidth === 0 || naturalHeight === 0 || width === 0 || height === 0) return;
  const share = Math.min(naturalWidth / width, naturalHeight / height);
  const [cutWidth, cutHeight] = [width * share, height * share];
  const [cutX, cutY] = [(naturalWidth - cutWidth) / 2, (naturalHeight - cutHeight) / 2];
  context.drawImage(image, cutX, cutY, cutWidth, cutHeight, x, y, width, height);
}

function paintText(node: Text, parent: HTMLElement, style: CSSStyleDeclaration, painting: Painting): void {
  const text = node.data.trim().replaceAll(/\s+/g, " ");
  if (text === "") return;
  const range = document.createRange();
  range.selectNodeContents(node);
  const { x, y, height } = placeOf(range.getBoundingClientRect(), painting);
  const { context } = painting;
  context.font = style.font;
  context.fillStyle = style.color;
  const shown = style.textTransform === "uppercase" ? text.toUpperCase() : text;
  const isCut = style.textOverflow === "ellipsis" && parent.scrollWidth > parent.clientWidth;
  const end = placeOf(parent.getBoundingClientRect(), painting);
  const roomPx = end.x + end.width - Number.parseFloat(style.paddingRight) - x;
  context.fillText(isCut ? shorten(context, shown, roomPx) : shown, x, y + height / 2);
}

/** As many letters as there is room for, and three dots. */
function shorten(context: CanvasRenderingContext2D, text: string, roomPx: number): string {
  let letters = [...text];
  while (letters.length > 0 && context.measureText(`${letters.join("")}…`).width > roomPx)
    letters = letters.slice(0, -1);
  return `${letters.join("")}…`;
}

function clipTo(context: CanvasRenderingContext2D, { x, y, width, height }: Place): void {
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
}

function placeOf(rect: DOMRect, { left, top }: Painting): Place {
  return { x: rect.left - left, y: rect.top - top, width: rect.width, height: rect.height };
}

function toPng(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new Error("The picture is too large for this browser."));
    }),
  );
}
