/**
 * A picture of the timeline as it is on the screen: its drawing, and the words around it.
 *
 * The element `[data-picture="stack"]` has everything; the canvas of the lanes in it is `[data-picture="lanes"]`, and
 * other canvases in it are drawn as they are.
 */

/** A line of words where it is on the screen, CSS pixels from the corner of the picture. */
interface PlacedText {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly font: string;
  readonly colour: string;
}

/** Left free around the timeline, CSS pixels. */
const MARGIN_PX = 12;

/**
 * Puts the drawing of the lanes and the words on the page into one picture.
 *
 * @param lanes PNG of the lanes, in device pixels.
 * @param title Written above it.
 * @returns PNG; of the lanes alone where the page has no timeline.
 */
export async function takeTimelinePicture(lanes: Blob, title: string): Promise<Blob> {
  const stack = document.querySelector<HTMLElement>('[data-picture="stack"]');
  const lanesCanvas = stack?.querySelector<HTMLElement>('[data-picture="lanes"]');
  if (!stack || !lanesCanvas) return lanes;

  const drawing = await createImageBitmap(lanes);
  const frame = stack.getBoundingClientRect();
  const place = lanesCanvas.getBoundingClientRect();
  const scale = place.width > 0 ? drawing.width / place.width : devicePixelRatio;
  const canvas = document.createElement("canvas");
  const titleHeight = 28;
  canvas.width = Math.round((frame.width + 2 * MARGIN_PX) * scale);
  canvas.height = Math.round((frame.height + titleHeight + 2 * MARGIN_PX) * scale);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser cannot draw a picture.");

  const style = getComputedStyle(document.documentElement);
  context.scale(scale, scale);
  context.fillStyle = style.getPropertyValue("--bg").trim() || "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = "middle";
  context.fillStyle = style.getPropertyValue("--ink").trim() || "#000";
  context.font = `600 13px ${style.getPropertyValue("--sans") || "sans-serif"}`;
  context.fillText(title, MARGIN_PX, MARGIN_PX + titleHeight / 2 - 4);
  context.translate(MARGIN_PX, MARGIN_PX + titleHeight);
  context.drawImage(drawing, place.left - frame.left, place.top - frame.top, place.width, place.height);
  drawing.close();
  for (const other of stack.querySelectorAll("canvas")) {
    const { left, top, width, height } = other.getBoundingClientRect();
    // One without a size cannot be drawn, and the lanes are there already, as sharp as they can be.
    if (other === lanesCanvas || width === 0 || other.width === 0 || other.height === 0) continue;
    context.drawImage(other, left - frame.left, top - frame.top, width, height);
  }
  for (const { text, x, y, font, colour } of readTexts(stack, frame)) {
    context.font = font;
    context.fillStyle = colour;
    context.fillText(text, x, y);
  }
  return toPng(canvas);
}

/** All words that can be seen in an element. */
function readTexts(root: HTMLElement, frame: DOMRect): PlacedText[] {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts: PlacedText[] = [];
  const range = document.createRange();
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const text = node.textContent?.trim() ?? "";
    const parent = node.parentElement;
    if (text === "" || !parent?.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    if (parent.closest(".visually-hidden")) continue;
    range.selectNodeContents(node);
    const { left, top, height, width } = range.getBoundingClientRect();
    const isInside = width > 1 && left >= frame.left && left < frame.right && top >= frame.top && top < frame.bottom;
    if (!isInside) continue;
    const { font, color } = getComputedStyle(parent);
    texts.push({ text, x: left - frame.left, y: top - frame.top + height / 2, font, colour: color });
  }
  return texts;
}

function toPng(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new Error("The picture is too large for this browser."));
    }),
  );
}
